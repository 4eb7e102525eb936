import type { Storage } from "../../storage/index.ts";
import { digestFromName, PACKS_PREFIX, packName } from "../format/object-names.ts";
import { ChunkTable } from "./chunk-table.ts";

/** What the table can say of a pack; none is as large. */
const MOST_BYTES = 2 ** 32 - 2;

/** Names of packs and their lengths: about 20 bytes each. Other objects may be among them. */
export class PackSizes {
  readonly #sizes = new ChunkTable();
  readonly #others = new Map<string, number>();

  /** What a storage lists below `packs/`. */
  static async list(storage: Storage, signal?: AbortSignal): Promise<PackSizes> {
    const listed = new PackSizes();
    for await (const { name, sizeBytes } of storage.list(PACKS_PREFIX, { signal }))
      listed.set(name, sizeBytes);
    return listed;
  }

  set(object: string, sizeBytes: number): void {
    const digest = packDigest(object);
    if (digest === undefined) this.#others.set(object, sizeBytes);
    else this.#sizes.set(digest, 0, Math.min(sizeBytes, MOST_BYTES));
  }

  has(object: string): boolean {
    return this.#find(object) !== undefined;
  }

  /** Zero of what is not among them. */
  sizeOf(object: string): number {
    return this.#find(object) ?? 0;
  }

  #find(object: string): number | undefined {
    const digest = packDigest(object);
    return digest === undefined ? this.#others.get(object) : this.#sizes.get(digest);
  }
}

function packDigest(object: string): Uint8Array | undefined {
  const digest = digestFromName(object);
  return digest !== undefined && packName(digest) === object ? digest : undefined;
}
