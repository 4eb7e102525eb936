import { type ByteSource, type ByteStore, readBytes } from "../../disk/index.ts";
import { LOG_SECTOR_BYTES } from "./layout.ts";
import type { ChangedSector } from "./log-writer.ts";

/** Unchanged sectors that are kept: 4 MiB. */
const MAX_KEPT_SECTORS = 1024;

/**
 * The file with changes of its structures that are not yet written: block table, sector bitmaps, metadata, in sectors of
 * 4 KiB. Reading sees the changes.
 */
export class StructureSectors implements ByteSource {
  readonly #store: ByteStore;
  readonly #changed = new Map<number, Uint8Array>();
  /** The one used last stands at the end. */
  readonly #kept = new Map<number, Uint8Array>();
  #version = 0;

  constructor(store: ByteStore) {
    this.#store = store;
  }

  get sizeBytes(): number {
    return this.#store.sizeBytes;
  }

  /** Grows with every change: who holds something that was read before reads it again. */
  get version(): number {
    return this.#version;
  }

  get changedCount(): number {
    return this.#changed.size;
  }

  /** What is to be written; valid until the next change. */
  changes(): readonly ChangedSector[] {
    return [...this.#changed].map(([fileOffset, bytes]) => ({ fileOffset, bytes }));
  }

  /** The changes are in the file now. */
  settle(): void {
    for (const [fileOffset, bytes] of this.#changed) this.#keep(fileOffset, bytes);
    this.#changed.clear();
  }

  /** The sector of 4 KiB that begins there; owned by this object, not to be written. */
  async sector(fileOffset: number): Promise<Uint8Array> {
    const known = this.#changed.get(fileOffset) ?? this.#kept.get(fileOffset);
    if (known !== undefined) return known;
    const bytes = await readBytes(this.#store, fileOffset, LOG_SECTOR_BYTES);
    this.#keep(fileOffset, bytes);
    return bytes;
  }

  /** Changes bytes of one or more sectors. Nothing is written. */
  async change(fileOffset: number, bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const at = fileOffset + done;
      const inSector = at % LOG_SECTOR_BYTES;
      const part = bytes.subarray(done, done + LOG_SECTOR_BYTES - inSector);
      await this.changeSector(at - inSector, (sector) => sector.set(part, inSector));
      done += part.length;
    }
  }

  /** Lets `edit` change the sector that begins there, at once. */
  async changeSector(fileOffset: number, edit: (sector: Uint8Array) => void): Promise<void> {
    const sector = await this.sector(fileOffset);
    edit(sector);
    this.#kept.delete(fileOffset);
    this.#changed.set(fileOffset, sector);
    this.#version += 1;
  }

  async read(target: Uint8Array, offset: number): Promise<void> {
    const end = offset + target.length;
    // looked up first: what is settled while the store reads would else be missing in both
    const over = [...this.#changed].filter(([start]) => start < end && start + LOG_SECTOR_BYTES > offset);
    await this.#store.read(target, offset);
    for (const [start, sector] of over) {
      const from = Math.max(offset, start);
      const to = Math.min(end, start + LOG_SECTOR_BYTES);
      target.set(sector.subarray(from - start, to - start), from - offset);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // the store belongs to the session
  }

  #keep(fileOffset: number, bytes: Uint8Array): void {
    this.#kept.delete(fileOffset);
    this.#kept.set(fileOffset, bytes);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT_SECTORS && oldest !== undefined) this.#kept.delete(oldest);
  }
}
