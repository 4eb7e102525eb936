import { crc32 } from "../../src/base/index.ts";
import type { SeededEntropy } from "../../src/base/testing/index.ts";
import { vhdChecksum } from "../../src/formats/vhd/index.ts";
import { sealChecksum } from "../../src/formats/vhdx/index.ts";
import { type MutatedSource, nastyField } from "./mutated-source.ts";

const KIB = 1024;

/** A structure of a file, whose checksum is put right after it was mutated. */
export interface Structure {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
  /** The part that holds fields; mutations go there. */
  readonly fields?: number;
  readonly seal?: (bytes: Uint8Array) => void;
}

/** Changes one to three fields of one structure and puts its checksum right. */
export async function mutateStructure(
  source: MutatedSource,
  structures: readonly Structure[],
  random: SeededEntropy,
): Promise<void> {
  const structure = structures[random.below(structures.length)];
  if (structure === undefined || structure.offset + structure.length > source.sizeBytes) return;
  const bytes = await source.peek(structure.offset, structure.length);
  const fields = structure.fields ?? structure.length;
  for (let n = 1 + random.below(3); n > 0; n--) {
    const step = [1, 2, 4, 8][random.below(4)] ?? 1;
    const at = Math.floor(random.below(fields) / step) * step;
    bytes.set(nastyField(bytes.subarray(at, Math.min(at + 8, bytes.length)), random), at);
  }
  structure.seal?.(bytes);
  source.patch(bytes, structure.offset);
}

const vhdxCopies = (offsets: readonly number[], rest: Omit<Structure, "offset">): readonly Structure[] =>
  offsets.map((offset) => ({ ...rest, offset, seal: sealChecksum }));

/** Where the regions lie is Windows' habit, or QEMU's: both are tried. */
export const VHDX_STRUCTURES: readonly Structure[] = [
  ...vhdxCopies([64 * KIB, 128 * KIB], { name: "header", length: 4 * KIB, fields: 80 }),
  ...vhdxCopies([192 * KIB, 256 * KIB], { name: "region table", length: 64 * KIB, fields: 80 }),
  ...[2048 * KIB, 3072 * KIB].flatMap((offset) => [
    { name: "metadata table or block table", offset, length: 256 },
    { name: "metadata items", offset: offset + 64 * KIB, length: 256 },
  ]),
  { name: "sector bitmap or payload", offset: 4096 * KIB, length: 4 * KIB },
];

/** A log entry of the sample with a dirty log: one descriptor, one data sector. */
export const VHDX_LOG_ENTRY: Structure = {
  name: "log entry",
  offset: 1024 * KIB + 0xc000,
  length: 8 * KIB,
  fields: 96,
  seal: sealChecksum,
};

const VHD_FOOTER_CHECKSUM = 64;
const VHD_HEADER_CHECKSUM = 36;

/** Footer, its copy, the dynamic header behind the copy, and the table where Windows and QEMU put it. */
export function vhdStructures(fileBytes: number): readonly Structure[] {
  const footer = { name: "footer", length: 512, fields: 85, seal: sealVhd(VHD_FOOTER_CHECKSUM) };
  const dynamic = { name: "dynamic header", length: 1024, fields: 620, seal: sealVhd(VHD_HEADER_CHECKSUM) };
  return [
    { ...footer, offset: fileBytes - 512 },
    { ...footer, offset: 0 },
    { ...dynamic, offset: 512 },
    { ...dynamic, offset: 512, fields: 64 },
    { name: "block table", offset: 1536, length: 512 },
  ];
}

function sealVhd(field: number): (bytes: Uint8Array) => void {
  return (bytes) => new DataView(bytes.buffer).setUint32(field, vhdChecksum(bytes, field));
}

/** Known places of HyperVStorage; `objects` are found in the file itself. */
export function vmcxStructures(tables: readonly number[]): readonly Structure[] {
  return [
    ...[0, 4 * KIB].map((offset) => ({ name: "header", offset, length: 46, seal: sealPlain(4, 46) })),
    ...Array.from({ length: 24 }, (_, i) => ({
      name: "object entry",
      offset: 8 * KIB + 8 + 18 * i,
      length: 18,
      seal: sealPlain(1, 18),
    })),
    ...tables.flatMap((offset) => [
      { name: "key table", offset, length: 10, seal: sealPlain(6, 10) },
      { name: "first key", offset: offset + 10, length: 40 },
    ]),
  ];
}

/** CRC-32 as zlib has it, with the field as zero. */
export function sealPlain(field: number, covered: number): (bytes: Uint8Array) => void {
  return (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    view.setUint32(field, 0);
    view.setUint32(field, crc32(bytes.subarray(0, covered)), true);
  };
}
