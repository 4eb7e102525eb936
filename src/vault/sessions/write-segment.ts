import { createHash } from "node:crypto";
import type { Entropy } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import { sealSegment } from "../crypto/sealed-object.ts";
import type { WriterKeys } from "../crypto/vault-keys.ts";
import { segmentName } from "../format/object-names.ts";
import { encodeSegment } from "../index/segment-codec.ts";
import type { PackContents } from "../packs/pack-contents.ts";
import { putOnce } from "./put-once.ts";

/** Writes a segment that names these packs, all of which are durable; gives its name. */
export async function writeSegment(
  packs: readonly PackContents[],
  place: { readonly storage: Storage; readonly keys: WriterKeys; readonly entropy: Entropy },
): Promise<string> {
  const parts = sealSegment(encodeSegment(packs), place.keys, place.entropy);
  const digest = createHash("sha256");
  for (const part of parts) digest.update(part);
  const name = segmentName(digest.digest());
  await putOnce(place.storage, name, parts);
  return name;
}
