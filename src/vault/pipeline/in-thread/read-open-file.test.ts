import assert from "node:assert/strict";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type ByteSource, MemoryStore, SourceEndedError } from "../../../disk/index.ts";
import { localFiles } from "../../../places/index.ts";
import { MemoryStorage } from "../../../storage/testing/index.ts";
import { createSmallVault, payloadLayout, someBytes } from "../../testing/index.ts";

const MIB = 1 << 20;

function fileOf(bytes: Uint8Array): { readonly path: string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), "stillpoint-thread-"));
  const path = join(folder, "disk");
  writeFileSync(path, bytes);
  return { path, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

/** Counts what is read through this thread. */
function counted(source: ByteSource): ByteSource & { readonly reads: { count: number } } {
  const reads = { count: 0 };
  return {
    reads,
    sizeBytes: source.sizeBytes,
    ...(source.descriptor === undefined ? {} : { descriptor: source.descriptor }),
    read: async (target, offset) => {
      reads.count++;
      await source.read(target, offset);
    },
    [Symbol.asyncDispose]: async () => await source[Symbol.asyncDispose](),
  };
}

test("a file of this machine is read by the threads that hash it, and makes the same chunks as any other source", async () => {
  const bytes = someBytes(5, 5 * MIB + 4321);
  bytes.fill(0, MIB, 3 * MIB);
  using file = fileOf(bytes);
  const { vault } = await createSmallVault(new MemoryStorage());
  await using opened = vault;
  await using session = await opened.openSession();
  const layout = payloadLayout(bytes.length);

  await using local = counted(await localFiles().open(file.path));
  const fromThreads = await session.storeFile(local, { layout });
  assert.equal(local.reads.count, 0, "nothing came through the main thread");

  await using memory = counted(new MemoryStore(bytes));
  const fromHere = await session.storeFile(memory, { layout });
  assert.ok(memory.reads.count > 0);
  assert.deepEqual(fromHere.recipe, fromThreads.recipe);
  assert.equal(fromHere.counts.bytesNew, 0, "all its chunks were known");
});

test("a file that became shorter while it was read is refused with the words of its source", async () => {
  using file = fileOf(someBytes(6, 3 * MIB));
  const { vault } = await createSmallVault(new MemoryStorage());
  await using opened = vault;
  await using session = await opened.openSession();
  await using local = await localFiles().open(file.path);
  truncateSync(file.path, MIB);
  await assert.rejects(
    session.storeFile(local, { layout: payloadLayout(3 * MIB) }),
    (error: unknown) => error instanceof SourceEndedError && error.message.includes(file.path),
  );
});
