import { VaultDamagedError } from "../errors.ts";
import { FORMAT_VERSION } from "../format/layout.ts";
import type { RestorePoint } from "./restore-point.ts";

const LISTS = ["files", "disks", "uncovered", "warnings", "fullReadReasons", "leftBehind"];
const TEXTS = ["id", "time", "vault", "consistency", "method"];
const DEEPEST = 8;

type Fields = Readonly<Record<string, unknown>>;

/**
 * What a restore point's body says, held against docs/vault-format.md 8 as far as readers go by it: a write-only host can seal
 * anything, and what is none must be one damaged object, not an error of everything that reads restore points. Who stored it is
 * nothing that a body says.
 * @throws {VaultDamagedError}
 */
export function readPointDocument(plain: Uint8Array, object: string): RestorePoint {
  const found = parsed(plain);
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

function parsed(plain: Uint8Array): Fields | undefined {
  try {
    return fieldsOf(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(plain)));
  } catch {
    return undefined; // no UTF-8 or no JSON
  }
}

function isPoint(found: Fields): boolean {
  return (
    found["version"] === FORMAT_VERSION &&
    TEXTS.every((name) => isText(found[name])) &&
    LISTS.every((name) => Array.isArray(found[name])) &&
    isInstant(found["time"]) &&
    isSize(found["bytes"]) &&
    isOfMachine(found) &&
    Array.isArray(fieldsOf(found["tree"])?.["checkpoints"]) &&
    (found["files"] as readonly unknown[]).every(isFile) &&
    (found["disks"] as readonly unknown[]).every((disk) => isText(fieldsOf(disk)?.["viewLeaf"]))
  );
}

function isOfMachine(found: Fields): boolean {
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
    isSize(file["sizeBytes"]) &&
    sizeBytes === file["sizeBytes"] &&
    version === 1 &&
    isSize(level) &&
    level <= DEEPEST &&
    isRoot
  );
}

function isInstant(value: unknown): boolean {
  try {
    return isText(value) && Temporal.Instant.from(value).epochMilliseconds >= 0;
  } catch {
    return false;
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isSize(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}
