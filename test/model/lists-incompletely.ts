import type { SeededEntropy } from "../../src/base/testing/index.ts";
import type { Storage, StorageCallOptions, StoredObject } from "../../src/storage/index.ts";
import type { MemoryStorage } from "../../src/storage/testing/index.ts";

/** One object that one listing leaves out. */
export interface Omission {
  /** The how manieth listing, from 0. */
  readonly listing: number;
  readonly name: string;
}

/** A view of a store of which one listing leaves one object out, and which notes what each listing gives. */
export class ListsIncompletely {
  readonly #inner: MemoryStorage;
  readonly #omission: Omission | undefined;
  readonly listings: (readonly string[])[] = [];

  constructor(inner: MemoryStorage, omission?: Omission) {
    this.#inner = inner;
    this.#omission = omission;
  }

  get storage(): Storage {
    const inner = this.#inner;
    return {
      location: inner.location,
      traits: inner.traits,
      put: async (name, parts, options) => await inner.put(name, parts, options),
      get: async (name, options) => await inner.get(name, options),
      stat: async (name, options) => await inner.stat(name, options),
      list: (prefix, options) => this.#list(prefix, options),
      delete: async (name, options) => await inner.delete(name, options),
      [Symbol.asyncDispose]: async () => await inner[Symbol.asyncDispose](),
    };
  }

  async *#list(prefix: string, options?: StorageCallOptions): AsyncIterable<StoredObject> {
    const objects = await Array.fromAsync(this.#inner.list(prefix, options));
    const listing = this.listings.push(objects.map(({ name }) => name)) - 1;
    for (const object of objects) {
      if (this.#omission?.listing !== listing || this.#omission.name !== object.name) yield object;
    }
  }
}

/** Everything that any one of these listings could leave out, or so many drawn ones. */
export function omissionsOf(
  listings: readonly (readonly string[])[],
  { random, most }: { readonly random: SeededEntropy; readonly most: number },
): readonly Omission[] {
  const all = listings.flatMap((names, listing) => names.map((name) => ({ listing, name })));
  while (all.length > most) all.splice(random.below(all.length), 1);
  return all;
}
