import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { needs } from "../../../test/testing/oracles.ts";
import { MIB } from "../../base/index.ts";
import { type ByteSource, MemoryStore } from "../../disk/index.ts";
import { openKeyValueStore } from "./open-key-value-store.ts";
import { readBySecondReader } from "./testing/index.ts";
import { writeRuntimeState } from "./write-runtime-state.ts";

/** Memory whose every byte says which MiB it is in, and that counts what is asked of it at once. */
class NumberedMemory implements ByteSource {
  readonly sizeBytes: number;
  largestRead = 0;

  constructor(sizeBytes: number) {
    this.sizeBytes = sizeBytes;
  }

  async read(target: Uint8Array, offset: number): Promise<void> {
    this.largestRead = Math.max(this.largestRead, target.length);
    for (let at = 0; at < target.length; at++) target[at] = Math.floor((offset + at) / MIB) + 1;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // nothing is held
  }
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

describe("writeRuntimeState()", () => {
  test("keeps the memory in blocks of 1 MiB that a second reader finds", needs("python3"), async () => {
    const memory = new NumberedMemory(3 * MIB);
    await using store = new MemoryStore();
    await writeRuntimeState(store, { saved: { memory, devices: Uint8Array.of(1, 2, 3) } });
    assert.equal(memory.largestRead, MIB);
    const found = Object.fromEntries(
      readBySecondReader(store.toBytes()).values.map(({ path, value }) => [path, value]),
    );
    for (const at of [0, 1, 2]) {
      const expected = { size: MIB, sha256: sha256(new Uint8Array(MIB).fill(at + 1)) };
      assert.deepEqual(found[`/savedstate/RamBlock${at}`], expected);
    }
    assert.equal(found["/savedstate/savedVM/partition_state"], "010203");
    // version 3, flags, 768 pages, first block page, first guest page, node and padding, id
    const block = `03000000${"00".repeat(4)}0003${"00".repeat(6)}${"00".repeat(8 * 4)}`;
    assert.equal(found["/savedstate/RamMemoryBlock0"], block);
  });

  test("the memory's content is not read when the file is opened", async () => {
    await using store = new MemoryStore();
    await writeRuntimeState(store, { saved: { memory: new NumberedMemory(8 * MIB) } });
    let readBytes = 0;
    const counting: ByteSource = {
      sizeBytes: store.sizeBytes,
      read: async (target, offset) => {
        readBytes += target.length;
        await store.read(target, offset);
      },
      [Symbol.asyncDispose]: async () => undefined,
    };
    await openKeyValueStore(counting);
    assert.ok(readBytes < 32 * 1024, `${readBytes} bytes were read`);
  });

  test("a machine that runs or is off has no saved state", needs("python3"), async () => {
    await using store = new MemoryStore();
    await writeRuntimeState(store);
    assert.deepEqual(readBySecondReader(store.toBytes()).values, []);
    assert.deepEqual((await openKeyValueStore(store)).root.children, []);
  });

  test("memory that is not whole MiB is a mistake of the caller", async () => {
    const saved = { memory: new NumberedMemory(MIB + 1) };
    await assert.rejects(writeRuntimeState(new MemoryStore(), { saved }), TypeError);
  });
});
