import assert from "node:assert/strict";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { needs, run } from "../../../test/testing/oracles.ts";
import { MemoryStore } from "../../disk/index.ts";
import { localFiles } from "../../places/index.ts";
import { openLocalStorage, type Storage } from "../../storage/index.ts";
import { type StoredFile, VaultDamagedError } from "../index.ts";
import { backUp, createSmallVault, openSmallVault, someBytes } from "../testing/index.ts";

const BYTES = someBytes(8, 3_000_777);
BYTES.fill(0, 1_000_000, 1_300_000);
BYTES.copyWithin(2_000_000, 0, 100_000); // chunks that are there twice

let folder: string;
let storage: Storage;
let file: StoredFile;
/** Names of packs that came through `get`. */
let gets: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "stillpoint-copy-"));
  storage = await openLocalStorage(join(folder, "vault"), { create: true });
  await using vault = (await createSmallVault(storage)).vault;
  file = (await backUp(vault, { disk: BYTES })).files[0] as StoredFile;
  gets = [];
  const get = storage.get.bind(storage);
  storage.get = async (name, options) => {
    if (name.startsWith("packs/")) gets.push(name);
    return await get(name, options);
  };
});
afterEach(async () => {
  await storage[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

async function restoreTo(path: string): Promise<number> {
  await using vault = await openSmallVault(storage);
  await using reader = await vault.openFile(file);
  await using target = await localFiles().create(path);
  const { bytesWritten } = await reader.copyTo(target);
  await target.flush();
  return bytesWritten;
}

test("from a vault on this machine to a file of it, frames go through one thread each, and nothing else", async () => {
  const path = join(folder, "restored");
  const bytesWritten = await restoreTo(path);
  assert.equal(Buffer.compare(readFileSync(path), BYTES), 0);
  assert.equal(bytesWritten, BYTES.length - 294_912, "72 whole chunks of zeros between are left out");
  const slowly = gets.length;
  assert.ok(slowly <= 4, `${slowly} reads: headers of two packs, and lists of chunks`);

  await using vault = await openSmallVault(storage);
  await using reader = await vault.openFile(file);
  const target = new MemoryStore();
  assert.deepEqual(await reader.copyTo(target), { bytesWritten });
  assert.equal(Buffer.compare(target.toBytes(), BYTES), 0);
  assert.ok(gets.length > slowly, "memory has no descriptor");
});

test(
  "a restored file does not fill the page cache, where the file system can do without it",
  needs("fincore"),
  async (t) => {
    const path = join(folder, "restored");
    await restoreTo(path);
    await using probe = await localFiles().create(join(folder, "probe"));
    if ((await probe.openUncached?.()) === undefined) {
      t.skip("the file system of the temporary folder has no such writes");
      return;
    }
    const resident = Number(run("fincore", ["--bytes", "--noheadings", "--output", "RES", path]));
    assert.ok(resident <= 64 * 1024, `${resident} of ${BYTES.length} bytes: what does not fill a block`);
  },
);

test("damage that a thread meets is named as everywhere", async () => {
  const name = await largestPack();
  const path = join(folder, "vault", name);
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
  rmSync(path);
  writeFileSync(path, bytes);
  await assert.rejects(restoreTo(join(folder, "restored")), (error: unknown) => {
    const all = error instanceof AggregateError ? error.errors : [error];
    return all.every((each) => each instanceof VaultDamagedError && each.message.includes(name));
  });
});

test("what cannot be written is refused with the words of the target", async () => {
  const path = join(folder, "readonly");
  writeFileSync(path, "");
  const descriptor = openSync(path, "r");
  class ReadOnly extends MemoryStore {
    readonly descriptor = descriptor;
    override async write(): Promise<void> {
      throw new RangeError("nothing can be written here");
    }
  }
  try {
    await using vault = await openSmallVault(storage);
    await using reader = await vault.openFile(file);
    await assert.rejects(reader.copyTo(new ReadOnly()), (error: unknown) => {
      const all = error instanceof AggregateError ? error.errors : [error];
      return all.every((each) => each instanceof RangeError);
    });
  } finally {
    closeSync(descriptor);
  }
});

async function largestPack(): Promise<string> {
  const packs = await Array.fromAsync(storage.list("packs/"));
  const [largest] = packs.toSorted((a, b) => b.sizeBytes - a.sizeBytes);
  assert.ok(largest !== undefined);
  return largest.name;
}
