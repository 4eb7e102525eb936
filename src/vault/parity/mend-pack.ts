import { hash } from "node:crypto";
import { restoreSegments } from "./reed-solomon.ts";
import { damagedSegments, decodeSidecar, stripeOf } from "./sidecar.ts";

/**
 * The bytes that a damaged pack had, if its sidecar gives them back: they have the hash that the pack is named by. Undefined when too
 * much is damaged. What is damaged may be too long or too short; it is left as it is. Takes a second pack's memory.
 */
export function mendPack(
  damaged: Uint8Array,
  from: { readonly digest: Uint8Array; readonly sidecar: Uint8Array },
): Uint8Array | undefined {
  const { digest } = from;
  const sidecar = decodeSidecar(from.sidecar, digest);
  if (sidecar === undefined) return undefined;
  const { packBytes, parity } = sidecar;
  const stripe = stripeOf([damaged.subarray(0, packBytes)], packBytes);
  if (!restoreSegments(stripe, damagedSegments(stripe, sidecar), parity)) return undefined;
  const mended = stripe.subarray(0, packBytes);
  return Buffer.compare(hash("sha256", mended, "buffer"), digest) === 0 ? mended : undefined;
}
