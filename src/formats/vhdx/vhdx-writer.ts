import { type Entropy, type Guid, guidToBytes, throwIfInterrupted } from "../../base/index.ts";
import { type ByteStore, type Disk, type DiskExtent, SourceEndedError } from "../../disk/index.ts";
import { BlockAllocator } from "./block-allocator.ts";
import { BlockTable } from "./block-table.ts";
import { BlockWriter } from "./block-writer.ts";
import { EditSession } from "./edit-session.ts";
import { VhdxParentMissingError, VhdxSectorSizeMismatchError } from "./errors.ts";
import { VIRTUAL_DISK_ID_ITEM } from "./layout.ts";
import { openWithoutLog } from "./open-without-log.ts";
import { strictly } from "./tolerance.ts";
import { VhdxDisk } from "./vhdx-disk.ts";
import type { VhdxFacts, VhdxFile } from "./vhdx-file.ts";

export interface OpenForWritingOptions {
  readonly entropy: Entropy;
  /** For reading a differencing disk; stays the caller's. Writing does without it. */
  readonly parent?: Disk | undefined;
  /** The identity that the content gets with its first change; a fresh one when not given. */
  readonly dataWriteGuid?: Guid | undefined;
  /** The identity that the file gets with its first change, where an earlier opening goes on; a fresh one when not given. */
  readonly fileWriteGuid?: Guid | undefined;
  /** Checked while opening. */
  readonly signal?: AbortSignal | undefined;
}

interface WriterParts {
  readonly store: ByteStore;
  readonly file: VhdxFile;
  readonly session: EditSession;
  readonly parent: Disk | undefined;
}

/**
 * A virtual disk that can be written. Writes are done one after the other, in the order of the calls; reads may run at any time.
 *
 * After a crash, the file holds everything up to the last `flush` that resolved; each sector written since then is the old
 * one or the new one. Disposing flushes, leaves an empty log, and disposes of the store.
 */
export class VhdxWriter implements Disk {
  /** As they were when it was opened. */
  readonly facts: VhdxFacts;
  readonly sizeBytes: number;
  readonly logicalSectorBytes: number;
  readonly #store: ByteStore;
  readonly #file: VhdxFile;
  readonly #session: EditSession;
  readonly #parent: Disk | undefined;
  readonly #blocks: BlockWriter;
  #view: { readonly version: number; readonly disk: Disk } | undefined;
  #last: Promise<unknown> = Promise.resolve();

  private constructor({ store, file, session, parent }: WriterParts) {
    this.#store = store;
    this.#file = file;
    this.#session = session;
    this.#parent = parent;
    this.facts = file.facts;
    this.sizeBytes = file.facts.virtualSizeBytes;
    this.logicalSectorBytes = file.facts.logicalSectorBytes;
    const allocator = new BlockAllocator(store, file.structure);
    this.#blocks = new BlockWriter({ store, file, session, allocator });
  }

  /** @internal Called by `openVhdxForWriting`. */
  static async open(store: ByteStore, options: OpenForWritingOptions): Promise<VhdxWriter> {
    await using opening = new AsyncDisposableStack();
    opening.use(store);
    const file = await openWithoutLog(store, options);
    checkParent(file.facts, options.parent);
    for await (const _ of file.layout().payload()) {
      // walking it is the check: no block lies on another one or on a structure, where writing would destroy it
      throwIfInterrupted(options.signal);
    }
    const { log } = file.structure;
    const { entropy, dataWriteGuid, fileWriteGuid, parent } = options;
    const session = await EditSession.open({ store, log, entropy, dataWriteGuid, fileWriteGuid });
    opening.move();
    return new VhdxWriter({ store, file, session, parent });
  }

  /** The identity of the content now: what a child that is made after the next `flush` names as its linkage. */
  get dataWriteGuid(): Guid {
    return this.#session.dataWriteGuid;
  }

  async read(target: Uint8Array, offset: number): Promise<void> {
    if (offset < 0 || offset + target.length > this.sizeBytes)
      throw new SourceEndedError(
        `Cannot read ${target.length} bytes at ${offset}: the disk has ${this.sizeBytes}`,
      );
    await this.#disk().read(target, offset);
  }

  async *extents(): AsyncIterable<DiskExtent> {
    yield* this.#disk().extents();
  }

  /**
   * Writes whole sectors. The bytes stay the caller's and must not change before it resolves.
   * @throws {RangeError} when offset or length are no whole sectors inside the disk.
   */
  async write(bytes: Uint8Array, offset: number): Promise<void> {
    this.#checkRange(offset, bytes.length);
    if (bytes.length === 0) return;
    await this.#inTurn(async () => {
      await this.#session.beginDataChange();
      await this.#blocks.write(bytes, offset);
    });
  }

  /** Makes whole sectors read as zeros, without writing them where the format can say it. */
  async writeZeros(offset: number, length: number): Promise<void> {
    this.#checkRange(offset, length);
    if (length === 0) return;
    await this.#inTurn(async () => {
      await this.#session.beginDataChange();
      await this.#blocks.writeZeros(offset, length);
    });
  }

  /** Makes it the same disk as another one: after a merge it is what its child was. */
  async adoptVirtualDiskId(id: Guid): Promise<void> {
    const item = this.#file.structure.metadataItems.find((one) => one.id === VIRTUAL_DISK_ID_ITEM);
    if (item === undefined || id === this.facts.virtualDiskId) return;
    await this.#inTurn(async () => {
      await this.#session.beginDataChange();
      await this.#session.makeRoom(2);
      await this.#session.sectors.change(item.fileOffset, guidToBytes(id));
    });
  }

  /** Gives the file a new write identity and changes nothing else, as a host does that opens it for writing. */
  async touchHeaders(): Promise<void> {
    await this.#inTurn(async () => await this.#session.beginStructureChange());
  }

  /** Everything written so far survives a crash when this resolves. */
  async flush(): Promise<void> {
    await this.#inTurn(async () => await this.#session.commit());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await using closing = new AsyncDisposableStack();
    closing.use(this.#store);
    await this.#inTurn(async () => await this.#session.close());
  }

  /** The reader's view of the file with the changes that are still in memory. */
  #disk(): Disk {
    const { sectors } = this.#session;
    if (this.#view?.version !== sectors.version) {
      this.#view = { version: sectors.version, disk: this.#newView() };
    }
    return this.#view.disk;
  }

  #newView(): Disk {
    const source = this.#session.sectors;
    const hasParent = this.facts.kind === "differencing";
    if (hasParent && this.#parent === undefined)
      throw new VhdxParentMissingError("Cannot read the differencing disk: its parent was not given");
    const table = new BlockTable({
      source,
      region: this.#file.structure.regions.blockTable,
      geometry: this.#file.blockTable.geometry,
      hasParent,
      tolerance: strictly(),
    });
    return new VhdxDisk({ source, table, parent: this.#parent });
  }

  #checkRange(offset: number, length: number): void {
    const isInside = offset >= 0 && length >= 0 && offset + length <= this.sizeBytes;
    const isWhole = offset % this.logicalSectorBytes === 0 && length % this.logicalSectorBytes === 0;
    if (!isInside || !isWhole)
      throw new RangeError(`No sectors of a disk of ${this.sizeBytes} bytes: ${length} bytes at ${offset}`);
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    const mine = this.#last.then(work);
    // whoever comes next waits for this one, and does not fail because of it
    this.#last = mine.catch(() => undefined);
    await mine;
  }
}

/**
 * Opens a VHDX or AVHDX for writing and takes the store over: the writer disposes of it, and so does a failed opening.
 * A log that is not empty is replayed into the file. Otherwise nothing is written before the first `write`.
 *
 * @throws {StillpointError} those of `openVhdx`; {VhdxNotWritableError}, {VhdxWriteMismatchError}
 */
export async function openVhdxForWriting(
  store: ByteStore,
  options: OpenForWritingOptions,
): Promise<VhdxWriter> {
  return await VhdxWriter.open(store, options);
}

function checkParent(facts: VhdxFacts, parent: Disk | undefined): void {
  if (parent === undefined) return;
  if (facts.kind !== "differencing") throw new TypeError(`A ${facts.kind} VHDX has no parent`);
  if (parent.logicalSectorBytes !== facts.logicalSectorBytes)
    throw new VhdxSectorSizeMismatchError(
      `Cannot write the differencing disk: its sectors have ${facts.logicalSectorBytes} bytes, its parent's ${parent.logicalSectorBytes}`,
    );
}
