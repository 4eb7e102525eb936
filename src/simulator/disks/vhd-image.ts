import type { StructValue } from "../../base/index.ts";
import { type ByteStore, readBytes } from "../../disk/index.ts";
import {
  DynamicHeader,
  Footer,
  openVhd,
  SECTOR_BYTES,
  TABLE_ENTRY_BYTES,
  UNUSED_BLOCK,
  vhdChecksum,
} from "../../formats/vhd/index.ts";

/** A stored block of a dynamic or differencing VHD: which sectors it has, and their bytes. */
export interface VhdBlock {
  readonly block: number;
  /** One bit a sector, the highest bit of byte 0 first. */
  readonly bitmap: Uint8Array;
  readonly dataOffset: number;
}

/**
 * A VHD that is written in place: what a host does to it while a guest writes and while it merges. There is no log in
 * this format, so nothing is promised about a crash in the middle.
 */
export class VhdImage {
  readonly footer: StructValue<typeof Footer>;
  readonly header: StructValue<typeof DynamicHeader> | undefined;
  readonly #store: ByteStore;
  readonly #table: DataView;

  private constructor(store: ByteStore, parts: Pick<VhdImage, "footer" | "header"> & { table: DataView }) {
    this.#store = store;
    this.footer = parts.footer;
    this.header = parts.header;
    this.#table = parts.table;
  }

  /** The store stays the caller's. @throws what `openVhd` throws for a damaged file. */
  static async open(store: ByteStore): Promise<VhdImage> {
    await openVhd(store);
    const footer = Footer.decode(await readBytes(store, store.sizeBytes - SECTOR_BYTES, SECTOR_BYTES));
    if (footer.diskType === 2) {
      return new VhdImage(store, { footer, header: undefined, table: new DataView(new ArrayBuffer(0)) });
    }
    const header = DynamicHeader.decode(
      await readBytes(store, Number(footer.dataOffset), DynamicHeader.sizeBytes),
    );
    const table = await readBytes(store, header.tableOffset, header.maxTableEntries * TABLE_ENTRY_BYTES);
    return new VhdImage(store, { footer, header, table: new DataView(table.buffer) });
  }

  /** Writes whole sectors. */
  async write(bytes: Uint8Array, offset: number): Promise<void> {
    if (this.header === undefined) {
      await this.#store.write(bytes, offset);
      return;
    }
    const { blockSizeBytes } = this.header;
    for (let done = 0; done < bytes.length; ) {
      const block = Math.floor((offset + done) / blockSizeBytes);
      const inBlock = offset + done - block * blockSizeBytes;
      const length = Math.min(bytes.length - done, blockSizeBytes - inBlock);
      await this.#writeInBlock(block, inBlock, bytes.subarray(done, done + length));
      done += length;
    }
  }

  /** All blocks that the file has, one bitmap in memory at a time. */
  async *blocks(): AsyncIterable<VhdBlock> {
    for (let block = 0; block < this.#table.byteLength / TABLE_ENTRY_BYTES; block++) {
      const at = this.#blockOffset(block);
      if (at === undefined) continue;
      const bitmap = await readBytes(this.#store, at, this.#bitmapBytes());
      yield { block, bitmap, dataOffset: at + bitmap.length };
    }
  }

  /** Replaces both copies of the footer. */
  async writeFooter(footer: StructValue<typeof Footer>): Promise<void> {
    const bytes = sealedFooter(footer);
    await this.#store.write(bytes, this.#store.sizeBytes - SECTOR_BYTES);
    if (this.header !== undefined) await this.#store.write(bytes, 0);
  }

  async #writeInBlock(block: number, inBlock: number, bytes: Uint8Array): Promise<void> {
    const at = this.#blockOffset(block) ?? (await this.#allocate(block));
    const bitmapBytes = this.#bitmapBytes();
    await this.#store.write(bytes, at + bitmapBytes + inBlock);
    const bitmap = await readBytes(this.#store, at, bitmapBytes);
    for (let sector = inBlock / SECTOR_BYTES; sector < (inBlock + bytes.length) / SECTOR_BYTES; sector++) {
      bitmap[sector >>> 3] = (bitmap[sector >>> 3] ?? 0) | (0x80 >>> (sector % 8));
    }
    await this.#store.write(bitmap, at);
  }

  /** A new block takes the place of the footer, which moves behind it. */
  async #allocate(block: number): Promise<number> {
    const { header } = this;
    if (header === undefined) throw new TypeError("A fixed VHD has no blocks");
    const at = this.#store.sizeBytes - SECTOR_BYTES;
    const footer = await readBytes(this.#store, at, SECTOR_BYTES);
    await this.#store.truncate(at);
    await this.#store.truncate(at + this.#bitmapBytes() + header.blockSizeBytes);
    await this.#store.write(footer, this.#store.sizeBytes);
    this.#table.setUint32(block * TABLE_ENTRY_BYTES, at / SECTOR_BYTES);
    const entry = new Uint8Array(this.#table.buffer, block * TABLE_ENTRY_BYTES, TABLE_ENTRY_BYTES);
    await this.#store.write(entry, header.tableOffset + block * TABLE_ENTRY_BYTES);
    return at;
  }

  #blockOffset(block: number): number | undefined {
    const sector = this.#table.getUint32(block * TABLE_ENTRY_BYTES);
    return sector === UNUSED_BLOCK ? undefined : sector * SECTOR_BYTES;
  }

  #bitmapBytes(): number {
    const sectors = (this.header?.blockSizeBytes ?? 0) / SECTOR_BYTES;
    return Math.ceil(sectors / 8 / SECTOR_BYTES) * SECTOR_BYTES;
  }
}

export function sealedFooter(footer: StructValue<typeof Footer>): Uint8Array {
  const bytes = Footer.encode(footer);
  new DataView(bytes.buffer).setUint32(
    Footer.offsetOf("checksum"),
    vhdChecksum(bytes, Footer.offsetOf("checksum")),
  );
  return bytes;
}

export function sealedHeader(header: StructValue<typeof DynamicHeader>): Uint8Array {
  const bytes = DynamicHeader.encode(header);
  const at = DynamicHeader.offsetOf("checksum");
  new DataView(bytes.buffer).setUint32(at, vhdChecksum(bytes, at));
  return bytes;
}
