import type { StructValue } from "../../base/index.ts";
import { type ByteSource, readBytes } from "../../disk/index.ts";
import { vhdChecksum } from "./checksum.ts";
import { VhdChecksumError, VhdDamagedError, VhdNotRecognisedError, VhdUnsupportedError } from "./errors.ts";
import {
  DISK_KINDS,
  FIXED_DISK,
  FOOTER_COOKIE,
  Footer,
  OLD_FOOTER_BYTES,
  SECTOR_BYTES,
  VERSION,
} from "./layout.ts";

export type VhdKind = (typeof DISK_KINDS)[keyof typeof DISK_KINDS];

/** The footer that counts, and where the space for blocks ends. */
export interface FoundFooter {
  readonly footer: StructValue<typeof Footer>;
  readonly kind: VhdKind;
  /** `end`: in its place; `copy`: the copy at the file's start, because the one at the end is damaged or cut off. */
  readonly from: "end" | "copy";
  /** No payload may lie at or behind this file offset. */
  readonly payloadEnd: number;
}

export interface LenientOption {
  /** Takes structures whose checksum does not verify, when no intact copy exists. For rescue, never for backup. */
  readonly lenient?: true | undefined;
}

interface Candidate {
  /** As they lie: a damaged footer may hold numbers that cannot even be decoded. */
  readonly bytes: Uint8Array;
  readonly intact: boolean;
  readonly from: "end" | "copy";
  readonly payloadEnd: number;
}

/**
 * Finds the footer: at the end, else its copy at the start, which only dynamic and differencing disks have.
 *
 * @throws {VhdNotRecognisedError} when there is none; {VhdChecksumError} when none verifies;
 * {VhdUnsupportedError}, {VhdDamagedError} when the one that verifies makes no sense.
 */
export async function readFooter(source: ByteSource, options: LenientOption = {}): Promise<FoundFooter> {
  const candidates = [await footerAtEnd(source), await footerAtStart(source)].filter(
    (candidate) => candidate !== undefined,
  );
  const found = candidates.find((one) => one.intact) ?? (options.lenient ? candidates[0] : undefined);
  if (found === undefined) {
    if (candidates.length === 0) {
      throw new VhdNotRecognisedError('Cannot read the file as VHD: it has no "conectix" footer');
    }
    throw new VhdChecksumError(
      "Cannot read the VHD footer: its checksum does not verify, and no copy's does",
    );
  }
  const { from, payloadEnd } = found;
  const footer = Footer.decode(found.bytes);
  return { footer, from, payloadEnd, kind: checkedKind(footer, { payloadEnd, fileBytes: source.sizeBytes }) };
}

async function footerAtEnd(source: ByteSource): Promise<Candidate | undefined> {
  for (const length of [SECTOR_BYTES, OLD_FOOTER_BYTES]) {
    const at = source.sizeBytes - length;
    if (at < 0) continue;
    const bytes = new Uint8Array(Footer.sizeBytes);
    await source.read(bytes.subarray(0, length), at);
    const candidate = footerCandidate(bytes, { from: "end", payloadEnd: at });
    if (candidate !== undefined) return candidate;
  }
  return undefined;
}

async function footerAtStart(source: ByteSource): Promise<Candidate | undefined> {
  if (source.sizeBytes < Footer.sizeBytes) return undefined;
  const bytes = await readBytes(source, 0, Footer.sizeBytes);
  const candidate = footerCandidate(bytes, { from: "copy", payloadEnd: source.sizeBytes });
  // the first sector of a fixed disk belongs to its guest, whatever it looks like
  return candidate !== undefined && diskTypeOf(bytes) === FIXED_DISK ? undefined : candidate;
}

function footerCandidate(
  bytes: Uint8Array,
  place: Pick<Candidate, "from" | "payloadEnd">,
): Candidate | undefined {
  if (FOOTER_COOKIE !== String.fromCharCode(...bytes.subarray(0, FOOTER_COOKIE.length))) return undefined;
  const checksum = vhdChecksum(bytes, Footer.offsetOf("checksum"));
  const stated = new DataView(bytes.buffer).getUint32(Footer.offsetOf("checksum"));
  return { bytes, intact: checksum === stated, ...place };
}

function diskTypeOf(footer: Uint8Array): number {
  return new DataView(footer.buffer).getUint32(Footer.offsetOf("diskType"));
}

function checkedKind(
  footer: StructValue<typeof Footer>,
  { payloadEnd, fileBytes }: { readonly payloadEnd: number; readonly fileBytes: number },
): VhdKind {
  if (footer.version !== VERSION) {
    throw new VhdUnsupportedError(`Cannot read the VHD: its version is 0x${footer.version.toString(16)}`);
  }
  const kind = (DISK_KINDS as Readonly<Record<number, VhdKind>>)[footer.diskType];
  if (kind === undefined) {
    throw new VhdUnsupportedError(`Cannot read the VHD: its disk type is ${footer.diskType}`);
  }
  const size = footer.currentSizeBytes;
  if (size === 0 || size % SECTOR_BYTES !== 0) {
    throw new VhdDamagedError(`Cannot read the VHD: its size of ${size} bytes is no number of sectors`);
  }
  if (kind === "fixed" && size > payloadEnd) {
    throw new VhdDamagedError(`Cannot read the fixed VHD of ${size} bytes: its file has only ${fileBytes}`);
  }
  return kind;
}
