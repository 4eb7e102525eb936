import type { StructValue } from "../../base/index.ts";
import { type ByteSource, readBytes } from "../../disk/index.ts";
import { vhdChecksum } from "./checksum.ts";
import { VhdChecksumError, VhdDamagedError, VhdUnsupportedError } from "./errors.ts";
import type { FoundFooter, LenientOption } from "./footer.ts";
import { DYNAMIC_COOKIE, DynamicHeader, SECTOR_BYTES, TABLE_ENTRY_BYTES, VERSION } from "./layout.ts";

export type VhdDynamicHeader = StructValue<typeof DynamicHeader>;

/** Windows makes 512 KiB and 2 MiB; the bounds keep a forged table from being larger than a few parts of its file. */
const SMALLEST_BLOCK = 64 * 1024;
const LARGEST_BLOCK = 256 * 1024 * 1024;

/** Reads and checks the header that a dynamic or differencing disk's footer points to. */
export async function readDynamicHeader(
  source: ByteSource,
  found: FoundFooter,
  options: LenientOption = {},
): Promise<VhdDynamicHeader> {
  const at = found.footer.dataOffset;
  if (at % BigInt(SECTOR_BYTES) !== 0n || at + BigInt(DynamicHeader.sizeBytes) > BigInt(found.payloadEnd)) {
    throw new VhdDamagedError(`Cannot read the VHD's dynamic header at ${at}: that is no place in the file`);
  }
  const bytes = await readBytes(source, Number(at), DynamicHeader.sizeBytes);
  const cookie = String.fromCharCode(...bytes.subarray(0, DYNAMIC_COOKIE.length));
  if (cookie !== DYNAMIC_COOKIE) {
    throw new VhdDamagedError(`Cannot read the VHD's dynamic header at ${at}: its signature is missing`);
  }
  const header = DynamicHeader.decode(bytes);
  const intact = header.checksum === vhdChecksum(bytes, DynamicHeader.offsetOf("checksum"));
  if (!intact && !options.lenient) {
    throw new VhdChecksumError(`Cannot read the VHD's dynamic header at ${at}: its checksum does not verify`);
  }
  checkHeader(header, found);
  return header;
}

function checkHeader(header: VhdDynamicHeader, found: FoundFooter): void {
  if (header.version !== VERSION) {
    throw new VhdUnsupportedError(
      `Cannot read the VHD: its dynamic header has version 0x${header.version.toString(16)}`,
    );
  }
  const block = header.blockSizeBytes;
  if (block < SMALLEST_BLOCK || block > LARGEST_BLOCK || (block & (block - 1)) !== 0) {
    throw new VhdDamagedError(`Cannot read the VHD: its block size is ${block}`);
  }
  const needed = Math.ceil(found.footer.currentSizeBytes / block);
  if (header.maxTableEntries < needed) {
    throw new VhdDamagedError(
      `Cannot read the VHD: its table has ${header.maxTableEntries} entries, the disk needs ${needed}`,
    );
  }
  const end = header.tableOffset + needed * TABLE_ENTRY_BYTES;
  if (header.tableOffset % SECTOR_BYTES !== 0 || end > found.payloadEnd) {
    throw new VhdDamagedError(
      `Cannot read the VHD's block table at ${header.tableOffset}: it does not lie inside the file`,
    );
  }
}
