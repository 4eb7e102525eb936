import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { needs, readSample } from "../../../test/testing/oracles.ts";
import { hexFromBytes } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import { MemoryStore, readBytes } from "../../disk/index.ts";
import { keyAt } from "./key-lookup.ts";
import { bytesKey, fileKey, flagKey, integerKey, type Key, nodeKey, rootKey, textKey } from "./key-tree.ts";
import { openKeyValueStore } from "./open-key-value-store.ts";
import { listValues, readBySecondReader } from "./testing/index.ts";
import { encodeKeyValueStore, writeKeyValueStore } from "./write-key-value-store.ts";

const open = async (bytes: Uint8Array) => await openKeyValueStore(new MemoryStore(bytes));
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Trees with every type, repeated names, empty nodes and values on both sides of the border to file objects. */
function trees(): fc.Arbitrary<Key[]> {
  const name = fc.oneof(
    fc.constantFrom("a", "metric", "drive0", "_83f8638b-8dca-4152-9eda-2ca8b33039b4_", "ünï"),
    fc.string({ minLength: 1, maxLength: 60 }).filter((text) => !text.includes("\0") && text.isWellFormed()),
  );
  // a last NUL would be taken for a terminator
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.string({ minLength: 1000, maxLength: 1100 }));
  const key = <T extends Key["type"], V>(type: T, value: fc.Arbitrary<V>) =>
    fc.tuple(name, value).map(([chosen, content]) => ({ name: chosen, type, value: content }));
  const leaf: fc.Arbitrary<Key> = fc.oneof(
    key("int", fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)),
    key("uint", fc.bigInt(0n, 2n ** 64n - 1n)),
    key("double", fc.double()),
    key("bool", fc.boolean()),
    key(
      "string",
      text.filter((value) => !value.endsWith("\0")),
    ),
    key("bytes", fc.uint8Array({ maxLength: 2047 })),
  );
  const { tree } = fc.letrec<{ tree: Key[]; key: Key }>((tie) => ({
    key: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      fc.tuple(name, tie("tree")).map(([chosen, children]) => nodeKey(chosen, ...children)),
    ),
    tree: fc.array(tie("key"), { maxLength: 7 }),
  }));
  return tree;
}

describe("writeKeyValueStore()", () => {
  test("writes what is read back the same, whatever the tree", async () => {
    const seed = 4711;
    await fc.assert(
      fc.asyncProperty(trees(), async (children) => {
        const { root } = await open(await encodeKeyValueStore(rootKey(...children)));
        assert.deepEqual(root, rootKey(...children));
      }),
      { seed, numRuns: 60 },
    );
  });

  test(
    "writes what a second, independent reader finds right in every checksum and rule",
    needs("python3"),
    async () => {
      for (const [at, children] of fc.sample(trees(), { seed: 815, numRuns: 6 }).entries()) {
        const reading = readBySecondReader(await encodeKeyValueStore(rootKey(...children)));
        const expected = listValues(rootKey(...children)).map(({ path, type, value }) => ({
          path,
          type,
          value,
        }));
        const found = reading.values.map(({ path, type, value }) => ({ path, type, value }));
        assert.equal(found.length, expected.length);
        for (const [n, { path, type, value }] of expected.entries()) {
          assert.equal(found[n]?.path, path, `tree ${at}`);
          assert.equal(found[n].type, type);
          if (type === "string" || type === "bool" || type === "int") assert.equal(found[n].value, value);
          if (type === "bytes" && String(value).length <= 512) assert.equal(found[n].value, value);
        }
      }
    },
  );

  test("gives a real file's tree the shape that the real file has", needs("python3", "samples"), async () => {
    const real = readBySecondReader(readSample("gen1.vmcx.zst"));
    const { root } = await open(readSample("gen1.vmcx.zst"));
    const ours = readBySecondReader(await encodeKeyValueStore(root));
    assert.deepEqual(ours.values, real.values);
    assert.deepEqual(ours.emptyNodes, real.emptyNodes);
    assert.deepEqual(ours.replayLog, real.replayLog);
    const same = ({ headers }: typeof real) =>
      headers.map((each) => ({ ...each, sequence: 0, logOffset: 0 }));
    assert.deepEqual(same(ours), same(real));
    assert.equal((ours.headers[0]?.["sequence"] ?? 0) - (ours.headers[1]?.["sequence"] ?? 0), 1);
    assert.equal(ours.verified["keyEntries"], real.verified["keyEntries"]);
    const shape = ({ objects }: typeof real) => new Set(objects.map(({ type, size }) => `${type} ${size}`));
    assert.deepEqual(shape(ours), shape(real));
    // the slack that a table's last entry takes over depends on the packing; all others have the same
    const slack = ({ entries }: typeof real) =>
      entries.filter((entry) => entry.slack === 12 || entry.slack === 0).length;
    assert.ok(Math.abs(slack(ours) - slack(real)) < 16);
  });

  test("streams big values into file objects, and finds them again", needs("python3"), async () => {
    const content = new SeededEntropy(5).bytes(3 * 1024 * 1024 + 17);
    const long = "ä".repeat(2000);
    const tree = rootKey(
      nodeKey("savedstate", fileKey("RamBlock0", new MemoryStore(content)), textKey("long", long)),
      bytesKey("border", content.subarray(0, 2048)),
    );
    const bytes = await encodeKeyValueStore(tree);
    const { root } = await open(bytes);
    const block = keyAt(root, "savedstate/RamBlock0");
    assert.equal(block?.type, "file");
    assert.deepEqual(await readBytes(block.content, 0, block.content.sizeBytes), content);
    await assert.rejects(block.content.read(new Uint8Array(2), content.length - 1), { code: "source-ended" });
    assert.deepEqual(keyAt(root, "savedstate/long"), textKey("long", long));
    const reading = readBySecondReader(bytes);
    const found = Object.fromEntries(reading.values.map(({ path, value }) => [path, value]));
    assert.deepEqual(found["/savedstate/RamBlock0"], { size: content.length, sha256: sha256(content) });
    assert.deepEqual(found["/border"], { size: 2048, sha256: sha256(content.subarray(0, 2048)) });
    assert.equal(found["/savedstate/long"], long);
  });

  test("chains object tables when there are more objects than one holds", needs("python3"), async () => {
    const blocks = Array.from({ length: 700 }, (_, at) => bytesKey(`b${at}`, new Uint8Array(2048).fill(at)));
    const reading = readBySecondReader(await encodeKeyValueStore(rootKey(...blocks)));
    assert.equal(reading.values.length, 700);
    assert.equal(reading.objects.filter(({ type }) => type === 1).length, 3);
    assert.equal(reading.verified["objectEntries"], 4 * 227);
    const last = reading.values.at(-1)?.value as { sha256: string };
    assert.equal(last.sha256, sha256(new Uint8Array(2048).fill(699)));
  });

  test("marks siblings of one name and keeps their order", needs("python3"), async () => {
    const metric = (value: number) => nodeKey("metric", integerKey("value", value));
    const tree = rootKey(nodeKey("devicetype", metric(3), metric(1), flagKey("enabled", true), metric(2)));
    const reading = readBySecondReader(await encodeKeyValueStore(tree));
    assert.deepEqual(
      reading.values.map(({ value }) => value),
      ["3", "1", true, "2"],
    );
    assert.deepEqual(
      reading.entries.map(({ name, flags }) => [name, flags]).filter(([name]) => name !== "value"),
      [
        ["devicetype", 0],
        ["metric", 2],
        ["metric", 2],
        ["enabled", 0],
        ["metric", 2],
      ],
    );
  });

  test("refuses what has no place in the format, before it writes", async () => {
    const deep = Array.from({ length: 80 }).reduce<Key>((below) => nodeKey("n", below), integerKey("x", 1));
    const refused: readonly (readonly [Key, string])[] = [
      [textKey("", "x"), ""],
      [textKey("a\0b", "x"), "a\0b"],
      [textKey("text", "x\0"), "text"],
      [textKey("x".repeat(255), "x"), "x".repeat(255)],
      [nodeKey("n", integerKey("big", 2n ** 63n)), "n/big"],
      [deep, Array.from({ length: 65 }, () => "n").join("/")],
    ];
    for (const [key, path] of refused) {
      await using store = new MemoryStore();
      await assert.rejects(writeKeyValueStore(rootKey(key), store), { code: "key-tree-unwritable", path });
      assert.equal(store.sizeBytes, 0);
    }
  });

  test("says so when the store gives back other bytes than it was given", async () => {
    class ForgetfulStore extends MemoryStore {
      override async write(bytes: Uint8Array, offset: number): Promise<void> {
        await super.write(
          bytes.map((byte) => (byte === 0xab ? 0xac : byte)),
          offset,
        );
      }
    }
    const tree = rootKey(fileKey("f", new MemoryStore(new Uint8Array(5000).fill(0xab))));
    await assert.rejects(writeKeyValueStore(tree, new ForgetfulStore()), {
      code: "internal",
      message: 'Cannot trust the key-value store just written: "f" reads back otherwise',
    });
  });

  test("stops at the signal between two pieces of a value", async () => {
    const tree = rootKey(fileKey("f", new MemoryStore(new Uint8Array(5000))));
    await assert.rejects(writeKeyValueStore(tree, new MemoryStore(), { signal: AbortSignal.abort() }), {
      code: "interrupted",
    });
  });

  test("writes the first bytes that all such files have", async () => {
    const bytes = await encodeKeyValueStore(rootKey(nodeKey("configuration")));
    assert.equal(hexFromBytes(bytes.subarray(0, 4)), "14202801");
    assert.equal(hexFromBytes(bytes.subarray(0x2000, 0x2008)), "01001101e3000000");
    assert.equal(bytes.length % 4096, 0);
  });
});
