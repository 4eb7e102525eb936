import type { Guid, StillpointError } from "../../base/index.ts";
import type { ByteSource, Disk, FileLayout } from "../../disk/index.ts";
import type { BlockTable } from "./block-table.ts";
import { VhdxParentMissingError, VhdxSectorSizeMismatchError } from "./errors.ts";
import type { FileArea } from "./file-header.ts";
import type { MetadataItem } from "./metadata-table.ts";
import type { ParentLocator } from "./parent-locator.ts";
import type { Regions } from "./region-table.ts";
import { VhdxDisk } from "./vhdx-disk.ts";
import { VhdxLayout } from "./vhdx-layout.ts";

/** What is known of a VHDX without reading its payload. */
export interface VhdxFacts {
  readonly kind: "fixed" | "dynamic" | "differencing";
  readonly virtualSizeBytes: number;
  readonly blockSizeBytes: number;
  readonly logicalSectorBytes: number;
  readonly physicalSectorBytes: number;
  /** The disk's identity, which children inherit. */
  readonly virtualDiskId: Guid;
  /** Changes before the first change of anything in the file, once per opening. */
  readonly fileWriteGuid: Guid;
  /** Changes before the first change that a guest can see; children name it as their linkage. */
  readonly dataWriteGuid: Guid;
  /** The program that made the file. Never steer by it. */
  readonly creator: string;
  /** The current header's; starts anywhere. */
  readonly headerSequenceNumber: bigint;
  /** The log was not empty: everything is seen as if it had been replayed. */
  readonly logReplayed: boolean;
}

/** Where the parts of the file lie. */
export interface VhdxStructure {
  readonly currentHeader: 1 | 2;
  readonly log: FileArea | undefined;
  readonly logGuid: Guid;
  readonly regions: Regions;
  readonly metadataItems: readonly MetadataItem[];
}

/** What `openVhdx` puts together. */
export interface VhdxFileParts {
  readonly facts: VhdxFacts;
  readonly structure: VhdxStructure;
  readonly parentLocator: ParentLocator | undefined;
  readonly ignoredDamage: readonly StillpointError[];
  readonly blockTable: BlockTable;
  readonly source: ByteSource;
  /** Of the file as it lies. */
  readonly sizeBytes: number;
}

/** An open VHDX or AVHDX. Owns its source; comes from `openVhdx`. */
export class VhdxFile implements AsyncDisposable {
  readonly facts: VhdxFacts;
  readonly structure: VhdxStructure;
  /** Only differencing disks have one. */
  readonly parentLocator: ParentLocator | undefined;
  /** What a strict opening would have thrown; filled by the lenient one only. */
  readonly ignoredDamage: readonly StillpointError[];
  /** The replayed block table; for those who copy, merge or check. */
  readonly blockTable: BlockTable;
  /** The bytes of the file as they are after the replay; valid as long as the file is open. */
  readonly source: ByteSource;
  readonly #sizeBytes: number;

  constructor(parts: VhdxFileParts) {
    this.facts = parts.facts;
    this.structure = parts.structure;
    this.parentLocator = parts.parentLocator;
    this.ignoredDamage = parts.ignoredDamage;
    this.blockTable = parts.blockTable;
    this.source = parts.source;
    this.#sizeBytes = parts.sizeBytes;
  }

  /** How the file as it lies divides into payload and the rest, by its replayed block table. */
  layout(): FileLayout {
    const { log, regions } = this.structure;
    const areas = [regions.blockTable, regions.metadata, ...regions.others];
    const taken = log === undefined ? areas : [...areas, log];
    return new VhdxLayout({ sizeBytes: this.#sizeBytes, table: this.blockTable, taken });
  }

  /**
   * The guest's view. A differencing disk needs its parent's, which stays the caller's; it may be smaller.
   *
   * @throws {VhdxParentMissingError} @throws {VhdxSectorSizeMismatchError}
   */
  disk(parent?: Disk): Disk {
    const { kind, logicalSectorBytes } = this.facts;
    if (kind !== "differencing" && parent !== undefined) throw new TypeError(`A ${kind} VHDX has no parent`);
    if (kind === "differencing" && parent === undefined)
      throw new VhdxParentMissingError("Cannot read the differencing disk: its parent was not given");
    if (parent !== undefined && parent.logicalSectorBytes !== logicalSectorBytes)
      throw new VhdxSectorSizeMismatchError(
        `Cannot read the differencing disk: its sectors have ${logicalSectorBytes} bytes, its parent's ${parent.logicalSectorBytes}`,
      );
    return new VhdxDisk({ source: this.source, table: this.blockTable, parent });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.source[Symbol.asyncDispose]();
  }
}
