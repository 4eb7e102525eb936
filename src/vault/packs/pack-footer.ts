import { createHmac, timingSafeEqual } from "node:crypto";
import { crc32c } from "../../base/index.ts";
import { VaultDamagedError } from "../errors.ts";
import { FooterOffset, PackTrailer, SealedHeader } from "../format/layout.ts";
import { PACK_END_MAGIC } from "../format/magic.ts";
import { parseFrameClear } from "./frame-clear.ts";
import type { FramePlace } from "./pack-contents.ts";

/** A frame as the footer repeats it. */
export interface FooterFrame {
  readonly offset: number;
  /** Head and entries, as they stand in front of the frame. */
  readonly clear: Uint8Array;
}

/** Footer and trailer: docs/vault-format.md 6. The caller owns the bytes. */
export function encodePackEnd(
  frames: readonly FooterFrame[],
  header: Uint8Array,
  footerKey: Uint8Array,
): Uint8Array {
  const parts = frames.flatMap(({ offset, clear }) => [FooterOffset.encode({ offset }), clear]);
  const footer = Buffer.concat(parts);
  const fields = { frameCount: frames.length, footerBytes: footer.length, magic: PACK_END_MAGIC };
  const mac = footerMac(footer, { header, footerKey, frameCount: frames.length });
  const unchecked = PackTrailer.encode({ ...fields, mac, checksum: 0 });
  const checksum = crc32c(unchecked.subarray(0, PackTrailer.offsetOf("checksum")), crc32c(footer));
  return Buffer.concat([footer, PackTrailer.encode({ ...fields, mac, checksum })]);
}

/** How long the footer is, from the last bytes of a pack. @throws {VaultDamagedError} */
export function footerBytesOf(trailerBytes: Uint8Array, sizeBytes: number, object: string): number {
  const trailer = PackTrailer.decode(trailerBytes);
  if (Buffer.compare(trailer.magic, PACK_END_MAGIC) !== 0) {
    throw new VaultDamagedError(object, "it does not end as a pack does");
  }
  if (trailer.footerBytes > sizeBytes - SealedHeader.sizeBytes - PackTrailer.sizeBytes) {
    throw new VaultDamagedError(object, "its footer claims to be longer than the pack");
  }
  return trailer.footerBytes;
}

export interface PackEnd {
  readonly header: Uint8Array;
  readonly footerKey: Uint8Array;
  /** Footer and trailer. */
  readonly end: Uint8Array;
  readonly sizeBytes: number;
  readonly object: string;
}

/** The frames of a pack, checked against each other and the pack's length. @throws {VaultDamagedError} */
export function decodePackEnd(pack: PackEnd): readonly FramePlace[] {
  const fail = (what: string): VaultDamagedError => new VaultDamagedError(pack.object, what);
  const footer = pack.end.subarray(0, pack.end.length - PackTrailer.sizeBytes);
  const trailerBytes = pack.end.subarray(footer.length);
  const trailer = PackTrailer.decode(trailerBytes);
  const covered = trailerBytes.subarray(0, PackTrailer.offsetOf("checksum"));
  if (crc32c(covered, crc32c(footer)) !== trailer.checksum) throw fail("its footer has a wrong checksum");
  const reserved = trailerBytes.subarray(PackTrailer.offsetOf("checksum") + 4, PackTrailer.offsetOf("magic"));
  if (reserved.some((byte) => byte !== 0)) throw fail("its trailer has bytes that mean nothing");
  const mac = footerMac(footer, { ...pack, frameCount: trailer.frameCount });
  if (!timingSafeEqual(mac, trailer.mac)) throw fail("its footer is not what the writer wrote");
  const frames: FramePlace[] = [];
  let at = 0;
  let next = SealedHeader.sizeBytes;
  while (at < footer.length) {
    const { offset } = FooterOffset.decode(footer, at);
    const clear = parseFrameClear(footer, at + FooterOffset.sizeBytes);
    if (clear === undefined || offset !== next)
      throw fail("its footer names frames that do not follow each other");
    frames.push({ number: clear.number, offset, sealedBytes: clear.sealedBytes, ids: clear.ids });
    next = offset + clear.sealedBytes;
    at += FooterOffset.sizeBytes + clear.clearBytes;
  }
  if (frames.length !== trailer.frameCount || next + pack.end.length !== pack.sizeBytes) {
    throw fail("its frames, its footer and its length do not fit together");
  }
  return frames;
}

function footerMac(
  footer: Uint8Array,
  of: { readonly header: Uint8Array; readonly footerKey: Uint8Array; readonly frameCount: number },
): Uint8Array {
  const count = Buffer.alloc(4);
  count.writeUInt32LE(of.frameCount);
  return createHmac("sha256", of.footerKey).update(of.header).update(footer).update(count).digest();
}
