import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SeededEntropy } from "../../base/testing/index.ts";
import { MemoryStore } from "../../disk/index.ts";
import { StorageError, StorageUnreachableError } from "../../storage/index.ts";
import { MemoryStorage } from "../../storage/testing/index.ts";
import type { StoredFile, UnreadRange, Vault } from "../index.ts";
import { createSmallVault, draftOf, openSmallVault, payloadLayout } from "../testing/index.ts";

const CHUNK = 65_536;
/** Of bytes that do not compress, eight chunks fill a frame. */
const FRAME = 8 * CHUNK;
/** docs/vault-format.md 5: the header before the first frame. */
const HEADER_BYTES = 176;

/** Bytes that nothing makes smaller, so that it is known where in a pack they lie. */
function noise(seed: number, length: number): Uint8Array {
  return new SeededEntropy(seed).bytes(length);
}

interface Salvaged {
  readonly bytes: Uint8Array;
  readonly lost: readonly (readonly [offset: number, length: number])[];
  readonly ranges: readonly UnreadRange[];
  readonly bytesWritten: number;
}

async function store(vault: Vault, path: string, bytes: Uint8Array): Promise<StoredFile> {
  await using session = await vault.openSession();
  const source = new MemoryStore(bytes);
  const { recipe } = await session.storeFile(source, { layout: payloadLayout(bytes.length) });
  const file = { path, role: "disk", sizeBytes: bytes.length, recipe } as const;
  await session.commit(draftOf([file]));
  return file;
}

async function salvage(storage: MemoryStorage, file: StoredFile): Promise<Salvaged> {
  await using vault = await openSmallVault(storage, { seed: 9 });
  await using reader = await vault.openFile(file);
  const target = new MemoryStore();
  const ranges: UnreadRange[] = [];
  const progress: number[] = [];
  const { bytesWritten } = await reader.salvageTo(target, {
    onUnread: (range) => ranges.push(range),
    onProgress: (done) => progress.push(done),
  });
  assert.deepEqual(
    progress,
    progress.toSorted((a, b) => a - b),
  );
  assert.equal(progress.at(-1) ?? 0, file.sizeBytes);
  return { bytes: target.toBytes(), lost: merged(ranges), ranges, bytesWritten };
}

function merged(ranges: readonly UnreadRange[]): readonly (readonly [number, number])[] {
  const whole: [number, number][] = [];
  for (const { offset, length } of ranges.toSorted((a, b) => a.offset - b.offset)) {
    const last = whole.at(-1);
    if (last !== undefined && last[0] + last[1] === offset) last[1] += length;
    else whole.push([offset, length]);
  }
  return whole;
}

/** What must come back: the bytes as they were, with zeros in the stretches that are lost. */
function without(bytes: Uint8Array, lost: readonly (readonly [number, number])[]): Uint8Array {
  const expected = bytes.slice();
  for (const [offset, length] of lost) expected.fill(0, offset, offset + length);
  return expected;
}

function assertSalvaged(
  found: Salvaged,
  bytes: Uint8Array,
  lost: readonly (readonly [number, number])[],
): void {
  assert.deepEqual(found.lost, lost);
  assert.ok(Buffer.from(found.bytes).equals(without(bytes, lost)), "the bytes outside are as they were");
}

function packsOf(storage: MemoryStorage): readonly string[] {
  return storage.names().filter((name) => name.startsWith("packs/"));
}

function largest(storage: MemoryStorage, names: readonly string[]): string {
  const [pack] = names.toSorted((a, b) => storage.peek(b).length - storage.peek(a).length);
  assert.ok(pack !== undefined);
  return pack;
}

/** The pack's byte in the middle of a frame of noise. */
function middleOf(frame: number): number {
  return HEADER_BYTES + Math.floor((frame + 0.5) * (FRAME + 400));
}

function flip(storage: MemoryStorage, name: string, at: number): void {
  const bytes = storage.peek(name).slice();
  bytes[at] = (bytes[at] as number) ^ 4;
  storage.replace(name, bytes);
}

describe("`salvageTo()`", () => {
  test("writes everything of a file that is whole, and finds nothing unread", async () => {
    const storage = new MemoryStorage();
    const disk = noise(1, 3 * FRAME + 12_345);
    disk.fill(0, FRAME, 2 * FRAME);
    await using vault = (await createSmallVault(storage, { chunkBytes: CHUNK })).vault;
    const found = await salvage(storage, await store(vault, "disk", disk));
    assertSalvaged(found, disk, []);
    assert.equal(found.bytesWritten, disk.length - FRAME);
  });

  test("leaves out exactly the frames that flipped bits have damaged", async () => {
    const storage = new MemoryStorage();
    const disk = noise(1, 8 * FRAME);
    await using vault = (await createSmallVault(storage, { chunkBytes: CHUNK })).vault;
    const file = await store(vault, "disk", disk);
    const pack = largest(storage, packsOf(storage));
    for (const frame of [1, 4, 5]) flip(storage, pack, middleOf(frame));
    const found = await salvage(storage, file);
    assertSalvaged(found, disk, [
      [FRAME, FRAME],
      [4 * FRAME, 2 * FRAME],
    ]);
    assert.equal(found.bytesWritten, 5 * FRAME);
    for (const { object, what } of found.ranges) {
      assert.equal(object, pack);
      assert.match(what, /not what was sealed/);
    }
  });

  test("leaves out what a missing pack alone had, and takes from another what that has too", async () => {
    const storage = new MemoryStorage();
    const known = noise(1, 2 * FRAME);
    const disk = Buffer.concat([
      noise(2, FRAME),
      known,
      noise(3, CHUNK),
      new Uint8Array(FRAME),
      noise(4, 999),
    ]);
    await using vault = (await createSmallVault(storage, { chunkBytes: CHUNK })).vault;
    await store(vault, "known", known);
    const before = packsOf(storage);
    const file = await store(vault, "disk", disk);
    const pack = largest(
      storage,
      packsOf(storage).filter((name) => !before.includes(name)),
    );
    storage.replace(pack, undefined);
    const found = await salvage(storage, file);
    assertSalvaged(found, disk, [
      [0, FRAME],
      [3 * FRAME, CHUNK],
      [4 * FRAME + CHUNK, 999],
    ]);
    assert.ok(found.ranges.every(({ object }) => object === pack));
  });

  test("reads a pack that was cut off as far as it goes, also where another is missing", async () => {
    const storage = new MemoryStorage();
    const [first, second] = [noise(1, FRAME), noise(2, 4 * FRAME)];
    const disk = Buffer.concat([first, second]);
    await using vault = (await createSmallVault(storage, { chunkBytes: CHUNK })).vault;
    await store(vault, "first", first);
    const gone = largest(storage, packsOf(storage));
    const before = packsOf(storage);
    const file = await store(vault, "disk", disk);
    const cut = largest(
      storage,
      packsOf(storage).filter((name) => !before.includes(name)),
    );
    storage.replace(gone, undefined);
    storage.replace(cut, storage.peek(cut).slice(0, middleOf(2)));
    assertSalvaged(await salvage(storage, file), disk, [
      [0, FRAME],
      [3 * FRAME, 2 * FRAME],
    ]);
  });

  test("finds everything where the index is lost", async () => {
    const storage = new MemoryStorage();
    const disk = noise(1, 2 * FRAME + 1);
    await using vault = (await createSmallVault(storage, { chunkBytes: CHUNK })).vault;
    const file = await store(vault, "disk", disk);
    for (const name of storage.names()) if (name.startsWith("index/")) storage.replace(name, undefined);
    assertSalvaged(await salvage(storage, file), disk, []);
  });

  test("leaves out what the index alone knew: packs without footers that no segment names", async () => {
    const storage = new MemoryStorage();
    const disk = noise(1, 2 * FRAME);
    await using vault = (await createSmallVault(storage, { chunkBytes: CHUNK })).vault;
    const file = await store(vault, "disk", disk);
    const pack = largest(storage, packsOf(storage));
    flip(storage, pack, storage.peek(pack).length - 10);
    for (const name of storage.names()) if (name.startsWith("index/")) storage.replace(name, undefined);
    assertSalvaged(await salvage(storage, file), disk, [[0, disk.length]]);
  });

  test("leaves out all that a lost list of chunks covers, and no more", async () => {
    const storage = new MemoryStorage();
    const small = 4096; // 2048 references of a node cover 8 MiB
    const disk = noise(1, 10 << 20);
    await using vault = (await createSmallVault(storage, { chunkBytes: small })).vault;
    await store(vault, "beginning", disk.subarray(0, (8 << 20) + FRAME));
    const lists = packsOf(storage).toSorted((a, b) => storage.peek(a).length - storage.peek(b).length);
    const file = await store(vault, "disk", disk);
    storage.replace(lists[0] as string, undefined); // of the first two, the one with lists is the smaller
    assertSalvaged(await salvage(storage, file), disk, [[0, 8 << 20]]);
  });

  test("leaves out the whole of a file whose first list is lost", async () => {
    const storage = new MemoryStorage();
    const disk = noise(1, 3 * FRAME);
    await using vault = (await createSmallVault(storage, { chunkBytes: CHUNK })).vault;
    const file = await store(vault, "disk", disk);
    const data = largest(storage, packsOf(storage));
    for (const pack of packsOf(storage)) if (pack !== data) storage.replace(pack, undefined);
    const found = await salvage(storage, file);
    assertSalvaged(found, disk, [[0, disk.length]]);
    assert.equal(found.bytesWritten, 0);
  });

  test("loses nothing of a pack that its sidecar mends", async () => {
    const storage = new MemoryStorage();
    const disk = noise(1, 6 * FRAME);
    await using vault = (await createSmallVault(storage, { chunkBytes: CHUNK, parity: true })).vault;
    const file = await store(vault, "disk", disk);
    const pack = largest(storage, packsOf(storage));
    flip(storage, pack, middleOf(2));
    for (const lists of packsOf(storage)) if (lists !== pack) flip(storage, lists, HEADER_BYTES + 100);
    assertSalvaged(await salvage(storage, file), disk, []);
  });

  test("leaves out what the store fails to read, and ends when nobody reaches it", async () => {
    const storage = new MemoryStorage();
    const disk = noise(1, 2 * FRAME);
    await using vault = (await createSmallVault(storage, { chunkBytes: CHUNK })).vault;
    const file = await store(vault, "disk", disk);
    const pack = largest(storage, packsOf(storage));
    const get = storage.get.bind(storage);
    const failing = (fault: Error): void => {
      storage.get = async (name, options) => {
        const offset = options?.offset ?? 0;
        const isBad = name === pack && offset <= middleOf(1) && middleOf(1) < offset + (options?.length ?? 0);
        if (isBad) throw fault;
        return await get(name, options);
      };
    };
    failing(new StorageError("Cannot read the object: EIO"));
    const found = await salvage(storage, file);
    assertSalvaged(found, disk, [[FRAME, FRAME]]);
    assert.match(found.ranges[0]?.what ?? "", /EIO/);
    failing(new StorageUnreachableError("Cannot read the object: nobody answers"));
    await assert.rejects(salvage(storage, file), StorageUnreachableError);
  });
});
