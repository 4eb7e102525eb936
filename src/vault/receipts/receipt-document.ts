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
import { pointFromName } from "../format/object-names.ts";
import type { Receipt } from "./receipt.ts";

/**
 * What a receipt's body says, held against docs/vault-format.md 10.4: a write-only host can seal anything, and what is none must be one
 * damaged object, not an error of everything that reads receipts. @throws {VaultDamagedError}
 */
export function readReceiptDocument(plain: Uint8Array, object: string): Receipt {
  const found = fieldsIn(plain);
  if (found !== undefined && found["version"] !== FORMAT_VERSION)
    throw new VaultDamagedError(object, "it is of no known version");
  if (found === undefined || !isReceipt(found))
    throw new VaultDamagedError(object, "it does not say what a receipt says");
  const { version: _, ...receipt } = found;
  return receipt as unknown as Receipt;
}

function isReceipt(found: DocumentFields): boolean {
  const { chain, number, previous, time } = found;
  return (
    isText(chain) &&
    isCount(number) &&
    number >= 1 &&
    isListOf(previous, isText) &&
    isInstant(time) &&
    isSubject(found)
  );
}

function isSubject(found: DocumentFields): boolean {
  if (found["kind"] === "point") return isPoint(found["point"]);
  if (found["kind"] === "removal") return isRemoval(found["removal"]);
  return (
    found["kind"] === "checkpoint" &&
    isListOf(found["chains"], isReached) &&
    isListOf(found["points"], isPoint) &&
    isListOf(found["removals"], isTimedRemoval)
  );
}

function isPoint(value: unknown): boolean {
  const point = fieldsOf(value);
  const machine = fieldsOf(point?.["machine"]);
  const isOfMachine = isText(machine?.["id"]) && isText(machine["name"]);
  return isOfMachine && isText(point?.["sha256"]) && isRemoval(point);
}

function isRemoval(value: unknown): boolean {
  const about = fieldsOf(value);
  const object = about?.["object"];
  return isText(object) && pointFromName(object) !== undefined && isCount(about?.["life"]);
}

function isTimedRemoval(value: unknown): boolean {
  const time = fieldsOf(value)?.["time"];
  return isRemoval(value) && (time === undefined || isInstant(time));
}

function isReached(value: unknown): boolean {
  const reached = fieldsOf(value);
  return isText(reached?.["chain"]) && isCount(reached["number"]);
}

function isListOf(value: unknown, isOne: (each: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isOne);
}
