import type { ByteStore } from "../../disk/index.ts";

/** The same store for someone who disposes of what he gets: disposing of it leaves the store open. */
export function borrowedStore(store: ByteStore): ByteStore {
  return {
    get sizeBytes() {
      return store.sizeBytes;
    },
    read: async (target, offset) => await store.read(target, offset),
    write: async (bytes, offset) => await store.write(bytes, offset),
    flush: async () => await store.flush(),
    truncate: async (sizeBytes) => await store.truncate(sizeBytes),
    async [Symbol.asyncDispose]() {
      // its owner does that
    },
  };
}
