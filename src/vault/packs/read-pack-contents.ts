import type { Storage } from "../../storage/index.ts";
import { openHeader, type SessionKeyring } from "../crypto/open-header.ts";
import type { VaultKeys } from "../crypto/vault-keys.ts";
import { VaultDamagedError } from "../errors.ts";
import { PackTrailer, SealedHeader } from "../format/layout.ts";
import { digestFromName } from "../format/object-names.ts";
import { getOrDamaged } from "./get-or-damaged.ts";
import type { PackContents } from "./pack-contents.ts";
import { decodePackEnd, footerBytesOf } from "./pack-footer.ts";

/** Covers trailer and footer of nearly every pack, so that one read is enough. */
const FIRST_READ = 32 * 1024;

export interface PackPlace {
  readonly storage: Storage;
  readonly keys: VaultKeys;
  readonly keyring: SessionKeyring;
  readonly signal?: AbortSignal | undefined;
}

/** What a pack says is in it, and who put it. */
export interface ReadPack extends PackContents {
  /** 16 bytes; zeros: a full-key holder. */
  readonly writer: Uint8Array;
}

/** What is in a pack, from its header and footer. @throws {VaultDamagedError} @throws {VaultTooNewError} */
export async function readPackContents(
  object: string,
  sizeBytes: number,
  place: PackPlace,
): Promise<ReadPack> {
  const { storage, signal } = place;
  const digest = digestFromName(object);
  const least = SealedHeader.sizeBytes + PackTrailer.sizeBytes;
  if (digest === undefined || sizeBytes < least) throw new VaultDamagedError(object, "it is no pack");
  const header = await getOrDamaged(storage, object, { offset: 0, length: SealedHeader.sizeBytes, signal });
  const opened = openHeader(place.keys, header, { kind: "pack", object });
  const session = place.keyring.open(opened, object);
  const tailBytes = Math.min(FIRST_READ, sizeBytes - SealedHeader.sizeBytes);
  let tail = await getOrDamaged(storage, object, {
    offset: sizeBytes - tailBytes,
    length: tailBytes,
    signal,
  });
  const endBytes =
    PackTrailer.sizeBytes +
    footerBytesOf(tail.subarray(tail.length - PackTrailer.sizeBytes), sizeBytes, object);
  if (endBytes > tail.length) {
    tail = await getOrDamaged(storage, object, { offset: sizeBytes - endBytes, length: endBytes, signal });
  }
  const end = tail.subarray(tail.length - endBytes);
  const frames = decodePackEnd({ header, footerKey: session.footerKey, end, sizeBytes, object });
  return { digest, sizeBytes, frames, writer: opened.writer };
}
