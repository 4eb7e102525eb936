import { type Guid, throwIfInterrupted } from "../../base/index.ts";
import type { ByteSource, Disk, FileLayout } from "../../disk/index.ts";
import { BlockDisk } from "./block-disk.ts";
import { BlockTable } from "./block-table.ts";
import { readDynamicHeader } from "./dynamic-header.ts";
import { VhdParentMissingError } from "./errors.ts";
import { FixedDisk } from "./fixed-disk.ts";
import { type FoundFooter, type LenientOption, readFooter, type VhdKind } from "./footer.ts";
import { SECTOR_BYTES } from "./layout.ts";
import { readParentFacts, type VhdParentFacts } from "./parent-locators.ts";
import { blockLayout, fixedLayout } from "./vhd-layout.ts";

/** What a VHD says about itself. */
export interface VhdFacts {
  readonly kind: VhdKind;
  /** The footer's current size. The geometry (cylinders, heads, sectors) is never used: it saturates and rounds. */
  readonly virtualSizeBytes: number;
  /** Undefined in a fixed disk, which has no blocks. */
  readonly blockSizeBytes: number | undefined;
  readonly logicalSectorBytes: number;
  readonly uniqueId: Guid;
  readonly creator: { readonly application: string; readonly version: number; readonly hostOs: string };
  readonly created: Temporal.Instant;
  readonly hasSavedState: boolean;
  /** `copy`: the footer at the file's end is damaged or missing. */
  readonly footerFrom: "end" | "copy";
  /** Only with differencing disks. */
  readonly parent: VhdParentFacts | undefined;
}

export interface OpenVhdOptions extends LenientOption {
  /** Checked between structures and between pages of the block table. */
  readonly signal?: AbortSignal | undefined;
}

const EPOCH = Temporal.Instant.from("2000-01-01T00:00:00Z");

/** An open VHD or AVHD whose structures were verified. The source stays its opener's. */
export class VhdFile {
  readonly facts: VhdFacts;
  readonly #source: ByteSource;
  readonly #table: BlockTable | undefined;
  readonly #signal: AbortSignal | undefined;

  private constructor(
    facts: VhdFacts,
    parts: { readonly source: ByteSource; readonly table: BlockTable | undefined; signal?: AbortSignal },
  ) {
    this.facts = facts;
    this.#source = parts.source;
    this.#table = parts.table;
    this.#signal = parts.signal;
  }

  /** @internal Called by `openVhd`. */
  static async open(source: ByteSource, options: OpenVhdOptions): Promise<VhdFile> {
    throwIfInterrupted(options.signal);
    const found = await readFooter(source, options);
    const signal = options.signal === undefined ? {} : { signal: options.signal };
    if (found.kind === "fixed") {
      return new VhdFile(factsOf(found, undefined, undefined), { source, table: undefined, ...signal });
    }
    const header = await readDynamicHeader(source, found, options);
    const parent = found.kind === "differencing" ? await readParentFacts(source, header) : undefined;
    const table = new BlockTable(source, header, found);
    for await (const _ of table.inFileOrder(options.signal)) {
      // walking it is the check: every block lies inside the file, and none on another
    }
    return new VhdFile(factsOf(found, header.blockSizeBytes, parent), { source, table, ...signal });
  }

  /** How the file divides into payload and the rest. Walks the block table anew each time. */
  layout(): FileLayout {
    const fileBytes = this.#source.sizeBytes;
    const { virtualSizeBytes } = this.facts;
    if (this.#table === undefined) return fixedLayout(fileBytes, virtualSizeBytes);
    return blockLayout(this.#table, { fileBytes, virtualSizeBytes, signal: this.#signal });
  }

  /**
   * What a guest sees. A differencing disk needs its parent's disk, which stays the caller's; others ignore it.
   * `openVhdChain` also proves that the parent is the right one.
   *
   * @throws {VhdParentMissingError} when a differencing disk is given none.
   */
  disk(parent?: Disk): Disk {
    const { kind, virtualSizeBytes } = this.facts;
    if (this.#table === undefined) return new FixedDisk(this.#source, virtualSizeBytes);
    if (kind === "differencing" && parent === undefined) {
      throw new VhdParentMissingError("Cannot read the differencing VHD: its parent is not given");
    }
    return new BlockDisk({
      source: this.#source,
      table: this.#table,
      sizeBytes: virtualSizeBytes,
      parent: kind === "differencing" ? parent : undefined,
    });
  }
}

/**
 * Opens a fixed, dynamic or differencing VHD (or AVHD, which is the same format). Reads footer, dynamic header and the
 * whole block table; no payload.
 *
 * @throws {VhdNotRecognisedError}, {VhdChecksumError}, {VhdUnsupportedError}, {VhdDamagedError}
 */
export async function openVhd(source: ByteSource, options: OpenVhdOptions = {}): Promise<VhdFile> {
  return await VhdFile.open(source, options);
}

function factsOf(
  found: FoundFooter,
  blockSizeBytes: number | undefined,
  parent: VhdParentFacts | undefined,
): VhdFacts {
  const { footer } = found;
  return {
    kind: found.kind,
    virtualSizeBytes: footer.currentSizeBytes,
    blockSizeBytes,
    logicalSectorBytes: SECTOR_BYTES,
    uniqueId: footer.uniqueId,
    creator: {
      application: footer.creatorApplication.replace(/[\0 ]+$/, ""),
      version: footer.creatorVersion,
      hostOs: footer.creatorHostOs.replace(/[\0 ]+$/, ""),
    },
    created: EPOCH.add({ seconds: footer.timestamp }),
    hasSavedState: footer.savedState !== 0,
    footerFrom: found.from,
    parent,
  };
}
