import assert from "node:assert/strict";
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, beforeEach, describe, test } from "node:test";
import { bytesFromHex } from "../../base/index.ts";
import { FakeClock, SeededEntropy } from "../../base/testing/index.ts";
import { backUp, createSmallVault, openSmallVault, someBytes } from "../../vault/testing/index.ts";
import { MemoryStorage, RecordingStorage, storageContract } from "../testing/index.ts";
import { CachingStorage } from "./caching-storage.ts";
import { ObjectCache } from "./object-cache.ts";

let folder = "";
let seed = 0;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stillpoint-cache-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const cacheOf = (limitBytes = 1_000_000): ObjectCache =>
  new ObjectCache({ folder, limitBytes, clock: new FakeClock(), entropy: new SeededEntropy(++seed) });
const cached = (inner: Storage, cache = cacheOf()): CachingStorage =>
  new CachingStorage(inner, {
    cache,
    isKept: (name) => /^(points|index|keys)\//.test(name),
    digestOf: (name) => {
      const hex = /^(?:index|keys)\/([0-9a-f]{64})$/.exec(name)?.[1];
      return hex === undefined ? undefined : bytesFromHex(hex);
    },
  });
type Storage = ConstructorParameters<typeof CachingStorage>[0];
const text = (value: string): Uint8Array => Uint8Array.from(Buffer.from(value));

const places = new Map<string, MemoryStorage>();
const shared = join(tmpdir(), `stillpoint-cache-contract-${process.pid}`);
after(() => rmSync(shared, { recursive: true, force: true }));
storageContract(
  "a store with copies of all objects",
  async (place) => {
    const store = places.get(place) ?? new MemoryStorage();
    places.set(place, store);
    const cache = new ObjectCache({
      folder: join(shared, place),
      limitBytes: 10_000_000,
      clock: new FakeClock(),
      entropy: new SeededEntropy(++seed),
    });
    return await Promise.resolve(
      new CachingStorage(store, { cache, isKept: () => true, digestOf: () => undefined }),
    );
  },
  { conditionalCreate: true, objectLock: false, latency: "disk" },
);

describe("CachingStorage", () => {
  test("reads each kept object once from the store, and everything else each time", async () => {
    const inner = new RecordingStorage();
    await inner.put("points/a", [text("point")]);
    await inner.put("packs/a", [text("pack")]);
    for (let round = 0; round < 3; round++) {
      await using store = cached(inner);
      assert.deepEqual(await store.get("points/a"), text("point"));
      assert.deepEqual(await store.get("points/a", { offset: 1, length: 3 }), text("oin"));
      assert.deepEqual(await store.get("packs/a"), text("pack"));
    }
    assert.equal(inner.reads, 1 + 3);
  });

  test("keeps what it puts, and forgets what it deletes", async () => {
    const inner = new RecordingStorage();
    await using store = cached(inner);
    await store.put("points/a", [text("po"), text("int")]);
    assert.deepEqual(await store.get("points/a"), text("point"));
    assert.equal(inner.reads, 0);
    await store.delete("points/a");
    await assert.rejects(store.get("points/a"), { code: "storage-object-missing" });
    assert.deepEqual(readdirSync(folder), []);
  });

  test("what exists is the store's to say", async () => {
    const inner = new MemoryStorage();
    await using store = cached(inner);
    await store.put("points/a", [text("x")]);
    inner.replace("points/a", undefined);
    assert.deepEqual(await Array.fromAsync(store.list("points/")), []);
    assert.equal(await store.stat("points/a"), undefined);
  });

  test("a copy that was damaged, cut or emptied is not believed, and made again", async () => {
    const inner = new RecordingStorage();
    await inner.put("points/a", [text("point")]);
    const [file] = [join(folder, "points+a")];
    const harms = [
      (bytes: Buffer) => bytes.fill(0, bytes.length - 1),
      (bytes: Buffer) => bytes.subarray(0, -1),
      (bytes: Buffer) => bytes.subarray(0, 10),
      () => Buffer.alloc(0),
    ];
    for (const harm of harms) {
      await using store = cached(inner);
      assert.deepEqual(await store.get("points/a"), text("point"));
      writeFileSync(file, harm(readFileSync(file)));
      assert.deepEqual(await store.get("points/a"), text("point"));
      assert.deepEqual(readFileSync(file).subarray(32), Buffer.from("point"));
    }
    assert.equal(inner.reads, harms.length + 1);
  });

  test("a copy under another's name is not believed", async () => {
    const inner = new RecordingStorage();
    for (const name of ["a", "b"]) await inner.put(`points/${name}`, [text(name)]);
    await using store = cached(inner);
    for (const name of ["a", "b"]) await store.get(`points/${name}`);
    copyFileSync(join(folder, "points+a"), join(folder, "points+b"));
    assert.deepEqual(await store.get("points/b"), text("b"));
    assert.equal(inner.reads, 3);
  });

  test("bytes that are not those of their name are handed on and not kept", async () => {
    const inner = new MemoryStorage();
    const name = `index/${"ab".repeat(32)}`;
    inner.replace(name, text("damaged on its way"));
    await using store = cached(inner);
    assert.deepEqual(await store.get(name), text("damaged on its way"));
    assert.deepEqual(readdirSync(folder), []);
  });

  test("`fresh` asks the store itself, and keeps its answer", async () => {
    const inner = new MemoryStorage();
    inner.replace("points/a", text("damaged"));
    await using store = cached(inner);
    await store.get("points/a");
    inner.replace("points/a", text("whole"));
    assert.deepEqual(await store.get("points/a"), text("damaged"));
    assert.deepEqual(await store.get("points/a", { fresh: true }), text("whole"));
    assert.deepEqual(await store.get("points/a"), text("whole"));
  });

  test("over its limit it removes what was not used for longest, and what died programs left", async () => {
    writeFileSync(join(folder, ".0123"), "left");
    utimesSync(join(folder, ".0123"), 0, 0);
    const clock = new FakeClock();
    const cache = new ObjectCache({ folder, limitBytes: 500, clock, entropy: new SeededEntropy(1) });
    const inner = new MemoryStorage();
    await using store = cached(inner, cache);
    for (const name of ["a", "b", "c", "d"]) {
      await store.put(`points/${name}`, [new Uint8Array(68)]);
      const used = clock.now().epochMilliseconds / 1000;
      utimesSync(join(folder, `points+${name}`), used, used);
      await clock.sleep(1_000);
    }
    await store.get("points/a"); // so that b is the oldest in use
    await clock.sleep(1_000);
    await store.put("points/e", [new Uint8Array(100)]);
    assert.deepEqual(readdirSync(folder).sort(), ["points+a", "points+d", "points+e"]);
    await store.put("points/huge", [new Uint8Array(600)]);
    assert.equal(readdirSync(folder).includes("points+huge"), false);
  });

  test("goes without copies where none can be kept", async () => {
    rmSync(folder, { recursive: true });
    writeFileSync(folder, "a file is in the way");
    const inner = new RecordingStorage();
    await using store = cached(inner);
    await store.put("points/a", [text("x")]);
    assert.deepEqual(await store.get("points/a"), text("x"));
    assert.equal(inner.reads, 1);
  });

  test("two programs that share the folder disturb neither each other nor what they read", async () => {
    const inner = new MemoryStorage();
    const names = Array.from({ length: 40 }, (_, i) => `points/${i}`);
    for (const name of names) inner.replace(name, text(name));
    await using one = cached(inner, cacheOf(1_500));
    await using other = cached(inner, cacheOf(1_500));
    const reads = [...names, ...names, ...names].map(async (name, i) =>
      assert.deepEqual(await (i % 2 ? one : other).get(name), text(name)),
    );
    await Promise.all(reads);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith(".")),
      [],
    );
  });

  test("a vault that is opened again asks the store for its config and nothing else, and works without copies too", async () => {
    const inner = new RecordingStorage();
    const files = { "D:\\web01.vhdx": someBytes(1, 200_000) };
    {
      await using store = cached(inner);
      await using vault = (await createSmallVault(store)).vault;
      await backUp(vault, files);
    }
    const counted = async (): Promise<readonly [number, readonly string[]]> => {
      const gets = new CountingGets(inner);
      await using store = cached(gets);
      await using vault = await openSmallVault(store);
      return [gets.names.length, await Array.fromAsync(vault.points(), ({ id }) => id)];
    };
    const [few, points] = await counted();
    assert.ok(few <= 1, `${few} reads`);
    rmSync(folder, { recursive: true });
    const [many, again] = await counted();
    assert.ok(many > few);
    assert.deepEqual(again, points);
    for (const name of readdirSync(folder)) writeFileSync(join(folder, name), "damaged");
    assert.deepEqual((await counted())[1], points);
  });
});

/** Lets everything through, and remembers what was read. */
class CountingGets extends CachingStorage {
  readonly names: string[] = [];

  constructor(inner: Storage) {
    super(inner, { cache: cacheOf(0), isKept: () => false, digestOf: () => undefined });
  }

  override async get(...args: Parameters<CachingStorage["get"]>): Promise<Uint8Array> {
    this.names.push(args[0]);
    return await super.get(...args);
  }
}
