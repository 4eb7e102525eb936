import { VaultDamagedError } from "../errors.ts";
import {
  type DocumentFields,
  fieldsIn,
  fieldsOf,
  isCount,
  isInstant,
  isText,
} from "../format/document-fields.ts";
import { FORMAT_VERSION } from "../format/layout.ts";
import type { RestorePoint } from "./restore-point.ts";

const LISTS = ["files", "disks", "uncovered", "warnings", "fullReadReasons", "leftBehind"];
const TEXTS = ["id", "time", "vault", "consistency", "method"];
const DEEPEST = 8;

/**
 * What a restore point's body says, held against docs/vault-format.md 8 as far as readers go by it: a write-only host can seal
 * anything, and what is none must be one damaged object, not an error of everything that reads restore points. Who stored it is
 * nothing that a body says.
 * @throws {VaultDamagedError}
 */
export function readPointDocument(plain: Uint8Array, object: string): RestorePoint {
  const found = fieldsIn(plain);
  if (found === undefined || !isPoint(found))
    throw new VaultDamagedError(object, "it does not say what a restore point says");
  const point = unsaid(found as unknown as RestorePoint);
  return { ...point, files: point.files.map(unsaid) };
}

/** Without a word on who stored it. */
function unsaid<T extends { readonly storedBy?: string | undefined }>(said: T): Omit<T, "storedBy"> {
  const { storedBy: _, ...rest } = said;
  return rest;
}

function isPoint(found: DocumentFields): boolean {
  return (
    found["version"] === FORMAT_VERSION &&
    TEXTS.every((name) => isText(found[name])) &&
    LISTS.every((name) => Array.isArray(found[name])) &&
    isInstant(found["time"]) &&
    isCount(found["bytes"]) &&
    isOfMachine(found) &&
    Array.isArray(fieldsOf(found["tree"])?.["checkpoints"]) &&
    (found["files"] as readonly unknown[]).every(isFile) &&
    (found["disks"] as readonly unknown[]).every((disk) => isText(fieldsOf(disk)?.["viewLeaf"]))
  );
}

function isOfMachine(found: DocumentFields): boolean {
  const [machine, host] = [fieldsOf(found["machine"]), fieldsOf(found["host"])];
  return isText(machine?.["id"]) && isText(machine["name"]) && isText(host?.["name"]);
}

function isFile(value: unknown): boolean {
  const file = fieldsOf(value);
  const recipe = fieldsOf(file?.["recipe"]);
  if (file === undefined || recipe === undefined) return false;
  const { level, root, sizeBytes, version } = recipe;
  const isRoot = root === null ? level === 0 : isText(root) && /^[0-9a-f]{64}$/.test(root);
  return (
    isText(file["path"]) &&
    isText(file["role"]) &&
    isCount(file["sizeBytes"]) &&
    sizeBytes === file["sizeBytes"] &&
    version === 1 &&
    isCount(level) &&
    level <= DEEPEST &&
    isRoot
  );
}
