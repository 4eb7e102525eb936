import { throwIfInterrupted } from "../../base/index.ts";
import type { ByteSource } from "../../disk/index.ts";
import { BlockTable } from "./block-table.ts";
import { VhdxUnsupportedError } from "./errors.ts";
import {
  checkHeader,
  currentHeader,
  type FileArea,
  type HeaderCopy,
  readCreator,
  readHeaderCopies,
} from "./file-header.ts";
import { blockGeometry } from "./geometry.ts";
import { MAX_FILE_BYTES } from "./layout.ts";
import { planLogReplay } from "./log-replay.ts";
import { type DiskMetadata, readDiskMetadata } from "./metadata.ts";
import { readMetadataItems } from "./metadata-table.ts";
import { checkRegions, currentRegionTable, decodeRegions, readRegionTableCopies } from "./region-table.ts";
import { ReplayedSource } from "./replayed-source.ts";
import { leniently, strictly, type Tolerance } from "./tolerance.ts";
import { type VhdxFacts, VhdxFile } from "./vhdx-file.ts";

export interface OpenVhdxOptions {
  /**
   * For damaged files: where both copies of a structure fail their checksum, the log cannot be replayed or the file is
   * cut off, reading goes on with what is there, and `VhdxFile.ignoredDamage` says what was read past.
   */
  readonly lenient?: true;
  /** Checked between the steps. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens a VHDX or AVHDX for reading. It takes over the source: the file disposes of it, and so does a failed opening.
 *
 * Nothing is written: a log that is not empty is replayed in memory. Memory is bounded for files of any size and content:
 * some 300 MiB while the fullest log of 1 GiB is looked through (Windows' has 1 MiB), some 200 MiB while a table of 64 Mi
 * scattered blocks is walked, some 10 MiB otherwise.
 *
 * @throws {StillpointError} one of this module's errors for everything that is not a good VHDX.
 */
export async function openVhdx(source: ByteSource, options: OpenVhdxOptions = {}): Promise<VhdxFile> {
  await using opening = new AsyncDisposableStack();
  opening.use(source);
  const tolerance = options.lenient === true ? leniently() : strictly();
  if (source.sizeBytes > MAX_FILE_BYTES)
    throw new VhdxUnsupportedError(`Cannot read the VHDX: it has ${source.sizeBytes} bytes`);
  const creator = await readCreator(source);
  const header = currentHeader(await readHeaderCopies(source), tolerance);
  const log = checkHeader(header.value, source.sizeBytes);
  const { logGuid } = header.value;
  const replay = await planLogReplay(source, { log, logGuid, tolerance, signal: options.signal });
  const { pieces, sizeBytes } = replay;
  const replayed = new ReplayedSource(source, { pieces, sizeBytes, endless: tolerance.lenient });
  throwIfInterrupted(options.signal);
  const { regions, items, disk, blockTable } = await readStructures(replayed, log, tolerance);
  const file = new VhdxFile({
    facts: factsOf({ header, disk, creator, logReplayed: replay.entries.length > 0 }),
    structure: { currentHeader: header.number, log, logGuid, regions, metadataItems: items },
    parentLocator: disk.parentLocator,
    ignoredDamage: tolerance.ignored,
    blockTable,
    source: replayed,
    sizeBytes: source.sizeBytes,
  });
  opening.move();
  return file;
}

/** What lies behind the headers, which is all subject to the log. */
async function readStructures(source: ByteSource, log: FileArea | undefined, tolerance: Tolerance) {
  const table = currentRegionTable(await readRegionTableCopies(source), tolerance);
  const { sizeBytes } = source;
  const regions = checkRegions(decodeRegions(table.bytes), { sizeBytes, log, tolerance });
  const items = await readMetadataItems(source, regions.metadata);
  const disk = await readDiskMetadata(source, items);
  const geometry = blockGeometry(disk);
  const { hasParent } = disk;
  const blockTable = new BlockTable({ source, region: regions.blockTable, geometry, hasParent, tolerance });
  return { regions, items, disk, blockTable };
}

interface FoundFacts {
  readonly header: HeaderCopy;
  readonly disk: DiskMetadata;
  readonly creator: string;
  readonly logReplayed: boolean;
}

function factsOf({ header, disk, creator, logReplayed }: FoundFacts): VhdxFacts {
  const withoutParent = disk.leaveBlocksAllocated ? "fixed" : "dynamic";
  return {
    kind: disk.hasParent ? "differencing" : withoutParent,
    virtualSizeBytes: disk.virtualSizeBytes,
    blockSizeBytes: disk.blockSizeBytes,
    logicalSectorBytes: disk.logicalSectorBytes,
    physicalSectorBytes: disk.physicalSectorBytes,
    virtualDiskId: disk.virtualDiskId,
    fileWriteGuid: header.value.fileWriteGuid,
    dataWriteGuid: header.value.dataWriteGuid,
    creator,
    headerSequenceNumber: header.value.sequenceNumber,
    logReplayed,
  };
}
