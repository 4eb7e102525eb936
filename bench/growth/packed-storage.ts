import { closeSync, openSync, readFileSync, readSync, writeFileSync, writeSync } from "node:fs";
import { type Storage, StorageObjectMissingError, type StoredObject } from "../../src/storage/index.ts";
import { MemoryStorage } from "../../src/storage/testing/index.ts";

/** Writes all objects of a store into one file, with a table beside it: a hundred thousand small files take a disk too long. */
export async function packStorage(storage: Storage, path: string): Promise<void> {
  const table: [string, number, number][] = [];
  const file = openSync(path, "w");
  let at = 0;
  for await (const { name } of storage.list("")) {
    const bytes = await storage.get(name);
    table.push([name, at, bytes.length]);
    at += writeSync(file, bytes);
  }
  closeSync(file);
  writeFileSync(`${path}.table`, JSON.stringify(table));
}

/** What was packed, each object read from the file when it is asked for; what is put is kept in memory. */
export function openPackedStorage(path: string): Storage {
  const file = openSync(path, "r");
  const table = JSON.parse(readFileSync(`${path}.table`, "utf8")) as [string, number, number][];
  const places = new Map(table.map(([name, at, length]) => [name, { at, length }]));
  const added = new MemoryStorage();
  return {
    location: path,
    traits: added.traits,
    put: async (name, parts) => {
      await added.put(name, parts);
    },
    get: async (name, options = {}) => {
      const place = places.get(name);
      if (place === undefined) return await added.get(name, options);
      const { offset = 0, length = place.length - offset } = options;
      const bytes = new Uint8Array(length);
      if (readSync(file, bytes, 0, length, place.at + offset) < length) {
        throw new StorageObjectMissingError(`Cannot read "${name}": it is cut off`);
      }
      return bytes;
    },
    stat: async (name) => {
      const place = places.get(name);
      return place === undefined ? await added.stat(name) : { name, sizeBytes: place.length };
    },
    delete: async (name) => {
      places.delete(name);
      await added.delete(name);
    },
    async *list(prefix): AsyncGenerator<StoredObject> {
      for (const [name, { length }] of places) if (name.startsWith(prefix)) yield { name, sizeBytes: length };
      yield* added.list(prefix);
    },
    [Symbol.asyncDispose]: async () => {
      closeSync(file);
    },
  };
}
