import type { RestorePointId } from "../../base/index.ts";
import { pointFromName } from "../format/object-names.ts";
import type { ReceiptedPoint } from "./receipt.ts";

/** A restore point whose bytes are not those that its receipt tells of. */
export interface ChangedPoint {
  readonly id: RestorePointId;
  /** Its object's name in the storage. */
  readonly object: string;
  readonly time: string;
  readonly machine: { readonly id: string; readonly name: string };
  /** The write-only host that put what is there now: 32 hexadecimal digits. Absent: somebody with all keys did. */
  readonly storedBy?: string | undefined;
}

/** Holds restore points against receipts. What a host tells counts for what is its own. */
export function changedIn(
  told: ReadonlyMap<string, ReceiptedPoint>,
  seen: ReadonlyMap<string, { readonly sha256: string; readonly host: string | undefined }>,
): readonly ChangedPoint[] {
  return [...seen].flatMap(([object, { sha256, host }]) => {
    const receipt = told.get(object);
    const named = pointFromName(object);
    if (receipt === undefined || named === undefined || receipt.sha256 === sha256) return [];
    if (receipt.host !== undefined && receipt.host !== host) return [];
    const time = Temporal.Instant.fromEpochMilliseconds(named.milliseconds).toString();
    const facts = { id: named.id, object, time, machine: receipt.machine };
    return [host === undefined ? facts : { ...facts, storedBy: host }];
  });
}
