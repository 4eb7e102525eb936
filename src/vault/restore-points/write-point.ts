import { createHash } from "node:crypto";
import {
  type Clock,
  type Entropy,
  hexFromBytes,
  InternalError,
  parseRestorePointId,
} from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import { sealPoint } from "../crypto/sealed-object.ts";
import type { WriterKeys } from "../crypto/vault-keys.ts";
import { FORMAT_VERSION } from "../format/layout.ts";
import { pointName } from "../format/object-names.ts";
import type { RestorePoint, RestorePointDraft } from "./restore-point.ts";

/** What a receipt says of a restore point. */
export interface DescribedPoint {
  readonly object: string;
  /** SHA-256 of the object's bytes, in hexadecimal. */
  readonly sha256: string;
  readonly machine: { readonly id: string; readonly name: string };
}

/** A restore point that was just put. */
export interface WrittenPoint {
  readonly point: RestorePoint;
  readonly described: DescribedPoint;
}

/** The commit: the restore point exists when this resolves. Everything that it names is durable before. */
export async function writePoint(
  draft: RestorePointDraft,
  by: {
    readonly storage: Storage;
    readonly keys: WriterKeys;
    readonly clock: Clock;
    readonly entropy: Entropy;
  },
): Promise<WrittenPoint> {
  const { storage, keys, clock, entropy } = by;
  const id = parseRestorePointId(hexFromBytes(entropy.bytes(16)));
  if (id === undefined) throw new InternalError("Cannot name a restore point: 16 bytes are no id");
  const milliseconds = timeOf(draft, clock.now().epochMilliseconds);
  const time = Temporal.Instant.fromEpochMilliseconds(milliseconds).toString();
  const bytes = draft.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const document = { version: FORMAT_VERSION, ...draft, id, time, bytes, vault: keys.vault };
  const plain = new TextEncoder().encode(JSON.stringify(document));
  const object = pointName(milliseconds, id);
  const parts = sealPoint(plain, keys, entropy);
  const digest = createHash("sha256");
  for (const part of parts) digest.update(part);
  await storage.put(object, parts);
  return { point: document, described: { object, sha256: digest.digest("hex"), machine: draft.machine } };
}

/** A copy counts as made when its original was, so that rules of retention mean the same for both; never in the future. */
function timeOf({ copyOf }: RestorePointDraft, now: number): number {
  return copyOf === undefined ? now : Math.min(now, Temporal.Instant.from(copyOf.time).epochMilliseconds);
}

/** Absent already is fine. */
export async function deletePoint(
  point: Pick<RestorePoint, "id" | "time">,
  storage: Pick<Storage, "delete">,
): Promise<void> {
  const milliseconds = Temporal.Instant.from(point.time).epochMilliseconds;
  await storage.delete(pointName(milliseconds, point.id));
}
