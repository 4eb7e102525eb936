import { createHash } from "node:crypto";
import type { Disk, DiskExtent } from "../disk.ts";

const WINDOW_BYTES = 64 * 1024;
const ZEROS = Buffer.alloc(WINDOW_BYTES);

/** What is in a disk, in a form that stays cheap for huge and mostly empty ones. */
export interface DiskDigest {
  readonly sizeBytes: number;
  /** How many windows of 64 KiB hold a byte that is not zero. */
  readonly nonzeroWindows: number;
  /** SHA-256 over, for each of those windows, its offset (8 bytes, little-endian) and its bytes. */
  readonly nonzeroSha256: string;
}

/** Reads only what the disk's own extents do not call zero. */
export async function diskDigest(disk: Disk): Promise<DiskDigest> {
  const hash = createHash("sha256");
  const prefix = Buffer.alloc(8);
  const buffer = Buffer.alloc(WINDOW_BYTES);
  let nonzeroWindows = 0;
  let next = 0;
  for await (const extent of disk.extents()) {
    if (extent.kind === "zero") continue;
    const first = Math.max(next, Math.floor(extent.offset / WINDOW_BYTES));
    const end = Math.ceil((extent.offset + extent.length) / WINDOW_BYTES);
    for (let window = first; window < end; window++) {
      const offset = window * WINDOW_BYTES;
      const bytes = buffer.subarray(0, Math.min(WINDOW_BYTES, disk.sizeBytes - offset));
      await disk.read(bytes, offset);
      if (bytes.equals(ZEROS.subarray(0, bytes.length))) continue;
      prefix.writeBigUInt64LE(BigInt(offset));
      hash.update(prefix).update(bytes);
      nonzeroWindows++;
    }
    next = Math.max(next, end);
  }
  return { sizeBytes: disk.sizeBytes, nonzeroWindows, nonzeroSha256: hash.digest("hex") };
}

/** SHA-256 of the whole disk, zeros included: for small disks. Asks for nothing but reads. */
export async function diskSha256(disk: Disk): Promise<string> {
  const hash = createHash("sha256");
  const buffer = Buffer.alloc(1024 * 1024);
  for (let at = 0; at < disk.sizeBytes; at += buffer.length) {
    const bytes = buffer.subarray(0, Math.min(buffer.length, disk.sizeBytes - at));
    await disk.read(bytes, at);
    hash.update(bytes);
  }
  return hash.digest("hex");
}

/** All extents, with neighbours of one kind joined; throws when they do not cover the disk once and in order. */
export async function joinedExtents(disk: Disk): Promise<readonly DiskExtent[]> {
  const joined: DiskExtent[] = [];
  let at = 0;
  for await (const extent of disk.extents()) {
    if (extent.offset !== at || extent.length <= 0) {
      throw new Error(`An extent of ${extent.length} bytes at ${extent.offset} follows ${at}`);
    }
    at += extent.length;
    const last = joined.at(-1);
    if (last?.kind === extent.kind) {
      joined[joined.length - 1] = { ...last, length: last.length + extent.length };
    } else {
      joined.push(extent);
    }
  }
  if (at !== disk.sizeBytes) throw new Error(`The extents end at ${at}, the disk at ${disk.sizeBytes}`);
  return joined;
}
