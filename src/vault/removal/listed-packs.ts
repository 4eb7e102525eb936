import type { Storage } from "../../storage/index.ts";
import { digestFromName, PACKS_PREFIX } from "../format/object-names.ts";
import { ChunkTable } from "../index/chunk-table.ts";

/** What the table can say of a pack; none is as large. */
const MOST_BYTES = 2 ** 32 - 2;

/** The packs that a storage listed at one moment, with their lengths: about 20 bytes each. */
export class ListedPacks {
  readonly #sizes = new ChunkTable();
  /** Objects there that have no pack's name. */
  readonly #others = new Map<string, number>();

  static async list(storage: Storage, signal?: AbortSignal): Promise<ListedPacks> {
    const listed = new ListedPacks();
    for await (const { name, sizeBytes } of storage.list(PACKS_PREFIX, { signal })) {
      const digest = digestFromName(name);
      if (digest === undefined) listed.#others.set(name, sizeBytes);
      else listed.#sizes.set(digest, 0, Math.min(sizeBytes, MOST_BYTES));
    }
    return listed;
  }

  has(object: string): boolean {
    return this.#find(object) !== undefined;
  }

  /** Zero when it was not listed. */
  sizeOf(object: string): number {
    return this.#find(object) ?? 0;
  }

  #find(object: string): number | undefined {
    const digest = digestFromName(object);
    return digest === undefined ? this.#others.get(object) : this.#sizes.get(digest);
  }
}
