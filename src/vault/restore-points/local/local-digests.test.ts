import assert from "node:assert/strict";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { FakeClock, SeededEntropy } from "../../../base/testing/index.ts";
import type { PointDigest } from "../point-digest.ts";
import { LocalDigests } from "./local-digests.ts";

const VAULT = "00112233-4455-6677-8899-AABBCCDDEEFF";
const MINUTE = 60_000;

function digest(number: number): PointDigest {
  const id = number.toString(16).padStart(32, "0");
  const machine = { id: "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B4C", name: `secret-machine-${number}` };
  const facts = {
    time: "2026-01-02T00:00:00Z",
    consistency: "crash",
    method: "files",
    bytes: number,
  } as const;
  const summary = { id, machine, host: { name: "HV01" }, ...facts } as unknown as PointDigest["summary"];
  return { object: `points/018bcfe56800-${id}`, sizeBytes: 500 + number, summary };
}

describe("LocalDigests", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "stillpoint-digests-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (
    options: { readonly key?: number; readonly seed?: number; readonly vault?: number } = {},
  ): LocalDigests =>
    new LocalDigests({
      folder: join(folder, "points"),
      location: "/backup",
      keys: {
        localKey: new Uint8Array(32).fill(options.key ?? 1),
        vaultBytes: new Uint8Array(16).fill(options.vault ?? 2),
        vault: VAULT as never,
      },
      clock: new FakeClock(new Date().toISOString()),
      entropy: new SeededEntropy(options.seed ?? 3),
    });
  const write = async (digests: readonly PointDigest[], local = open()): Promise<void> => {
    await using draft = await local.begin();
    for (const each of digests) await draft?.add(each);
    await draft?.keep();
  };
  const file = (): string => join(folder, "points", readdirSync(join(folder, "points"))[0] ?? "none");
  const many = Array.from({ length: 1300 }, (_, i) => digest(i));

  test("gives back what was kept, in its order, over pages, and begins with nothing", async () => {
    assert.deepEqual(await Array.fromAsync(open().read()), []);
    await write(many);
    assert.deepEqual(await Array.fromAsync(open().read()), many);
    await write([digest(7)]);
    assert.deepEqual(await Array.fromAsync(open({ seed: 9 }).read()), [digest(7)]);
    await write([]);
    assert.deepEqual(await Array.fromAsync(open().read()), []);
  });

  test("says nothing in clear, and is read by the owner alone", async () => {
    await write(many);
    const text = readFileSync(file()).toString("latin1");
    for (const word of ["secret", "points/", "HV01", "crash", "7B1F"]) assert.ok(!text.includes(word), word);
    if (process.platform !== "win32") assert.equal(statSync(file()).mode & 0o777, 0o600);
  });

  test("believes nothing that was not written with this vault's keys", async () => {
    await write(many);
    assert.deepEqual(await Array.fromAsync(open({ key: 5 }).read()), []);
    assert.deepEqual(await Array.fromAsync(open({ vault: 5 }).read()), []);
  });

  test("whatever bit is turned, gives what was written or less of it", async () => {
    await write(many);
    const [path, sound] = [file(), readFileSync(file())];
    for (let at = 0; at < sound.length; at += at < 80 ? 1 : 997) {
      const bytes = Buffer.from(sound);
      bytes[at] = (bytes[at] as number) ^ (1 << (at % 8));
      writeFileSync(path, bytes);
      const found = await Array.fromAsync(open().read());
      const isReserved = at >= 10 && at < 16;
      assert.ok(
        found.length < many.length && found.length % 512 === 0,
        `byte ${at}${isReserved ? ", reserved" : ""}`,
      );
      assert.deepEqual(found, many.slice(0, found.length));
    }
    for (const length of [0, 1, 47, 48, 50, 56, 90, sound.length - 1]) {
      writeFileSync(path, sound.subarray(0, length));
      const found = await Array.fromAsync(open().read());
      assert.deepEqual(found, many.slice(0, found.length), `${length} bytes`);
    }
  });

  test("a page stands for nothing at another's place, nor in another file", async () => {
    await write(many);
    const some = readFileSync(file());
    await write(many.toReversed(), open({ seed: 11 }));
    const other = readFileSync(file());
    const end = (bytes: Buffer, number: number): number => {
      let at = 48;
      for (let page = 0; page <= number; page++) at += 8 + bytes.readUInt32LE(at + 4) + 16;
      return at;
    };
    const page = (bytes: Buffer, number: number): Buffer =>
      bytes.subarray(number === 0 ? 48 : end(bytes, number - 1), end(bytes, number));
    const head = some.subarray(0, 48);
    writeFileSync(file(), Buffer.concat([head, page(some, 1), page(some, 0)]));
    assert.deepEqual(await Array.fromAsync(open().read()), []);
    writeFileSync(file(), Buffer.concat([head, page(some, 0), page(other, 1), page(some, 2)]));
    assert.deepEqual(await Array.fromAsync(open().read()), many.slice(0, 512));
  });

  test("one program writes at a time; what it left behind when it was killed stops others for ten minutes", async () => {
    await write([digest(1)]);
    const left = join(folder, "points", `${file().slice(join(folder, "points").length + 1)}.draft`);
    const draft = await open().begin();
    assert.notEqual(draft, undefined);
    assert.equal(await open({ seed: 4 }).begin(), undefined);
    await draft?.add(digest(2));
    await draft?.[Symbol.asyncDispose]();
    assert.deepEqual(await Array.fromAsync(open().read()), [digest(1)], "what is not kept is gone");
    assert.deepEqual(readdirSync(join(folder, "points")).length, 1);
    writeFileSync(left, "half");
    const ago = (minutes: number): void =>
      utimesSync(left, new Date(), new Date(Date.now() - minutes * MINUTE));
    ago(9);
    assert.equal(await open().begin(), undefined);
    ago(11);
    await write([digest(3)]);
    assert.deepEqual(await Array.fromAsync(open().read()), [digest(3)]);
  });

  test("where nothing can be written, nothing is kept and nothing fails", async () => {
    writeFileSync(join(folder, "points"), "a file where the folder should be");
    await write([digest(1)]);
    assert.deepEqual(await Array.fromAsync(open().read()), []);
    rmSync(join(folder, "points"));
    await write([digest(1)]);
    const path = file();
    rmSync(path);
    mkdirSync(path); // in the way of the new file
    await write([digest(2)]);
    assert.deepEqual(await Array.fromAsync(open().read()), []);
    assert.equal(readdirSync(join(folder, "points")).length, 1, "no draft is left");
  });
});
