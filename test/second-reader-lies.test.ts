import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { FakeClock, SeededEntropy } from "../src/base/testing/index.ts";
import { openLocalStorage } from "../src/storage/index.ts";
import { sealPoint, sealReceipt, sealSegment } from "../src/vault/crypto/sealed-object.ts";
import { FULL_KEY_WRITER, type WriterKeys } from "../src/vault/crypto/vault-keys.ts";
import { parseHostKey } from "../src/vault/hosts/host-key.ts";
import { encodeSegment } from "../src/vault/index/segment-codec.ts";
import { createVault, openVault, type RestorePoint } from "../src/vault/index.ts";
import { backUp, CHEAP_KDF, someBytes, TEST_PASSPHRASE } from "../src/vault/testing/index.ts";

const PYTHON = "/usr/bin/python3"; // Debian's own: only it sees Debian's modules
const READER = join(import.meta.dirname, "../tools/reader/stillpoint-reader.py");
const HEADER_BYTES = 176; // section 5 of the format's page

function needsReader(): { readonly skip: string | false } {
  if (spawnSync(PYTHON, ["-c", "import cryptography, argon2, zstandard"]).status === 0)
    return { skip: false };
  if (process.env["STILLPOINT_ORACLES"] === "all")
    throw new Error("the second reader's modules must be here");
  return { skip: "needs python3-cryptography, python3-argon2 and python3-zstandard" };
}

describe("the second reader and a stolen host's key", needsReader(), () => {
  const disk = someBytes(7, 60_000);
  const root = mkdtempSync(join(tmpdir(), "stillpoint-lies-"));
  let keys: WriterKeys;
  let victim: RestorePoint;
  let copies = 0;

  before(async () => {
    const folder = join(root, "vault");
    mkdirSync(folder);
    const { vault } = await createVault({
      storage: await openLocalStorage(folder),
      clock: new FakeClock(),
      entropy: new SeededEntropy(1),
      passphrase: TEST_PASSPHRASE,
      kdf: CHEAP_KDF,
      chunkBytes: 4096,
      workers: 1,
    });
    await using _ = vault;
    const key = parseHostKey((await vault.addHost("hv01")).key);
    keys = typeof key === "object" ? key.keys : assert.fail("no key");
    victim = await backUp(vault, { disk });
  });
  after(() => rmSync(root, { recursive: true }));

  const copy = (): string => {
    const to = join(root, `copy${copies++}`);
    cpSync(join(root, "vault"), to, { recursive: true });
    return to;
  };
  const names = (vault: string, below: string): readonly string[] => readdirSync(join(vault, below));
  const packs = (vault: string): readonly string[] =>
    readdirSync(join(vault, "packs"), { recursive: true, encoding: "utf8" }).filter(
      (name) => name.length > 60,
    );
  const read = (...args: readonly string[]): { readonly code: number | null; readonly out: string } => {
    const env = {
      ...process.env,
      STILLPOINT_PASSPHRASE: TEST_PASSPHRASE.reveal(),
      PYTHONDONTWRITEBYTECODE: "1",
    };
    const done = spawnSync(PYTHON, [READER, ...args], { encoding: "utf8", env, timeout: 60_000 });
    return { code: done.status, out: done.stdout + done.stderr };
  };
  const putSegment = (vault: string, bytes: Uint8Array): string => {
    const name = createHash("sha256").update(bytes).digest("hex");
    writeFileSync(join(vault, "index", name), bytes);
    return name;
  };
  const assertRestores = (vault: string): void => {
    const to = join(root, `restored${copies++}`);
    const { code, out } = read("restore", vault, "latest:web01", to);
    assert.equal(code, 0, out);
    assert.equal(Buffer.compare(readFileSync(join(to, "disk")), disk), 0);
  };

  test("a claim on packs of others keeps nobody from reading these packs' footers", () => {
    const vault = copy();
    const entropy = new SeededEntropy(2);
    for (const name of names(vault, "index")) rmSync(join(vault, "index", name));
    for (const name of packs(vault)) {
      const frames = [{ number: 1, offset: HEADER_BYTES, sealedBytes: 300, ids: new Uint8Array(32) }];
      const claim = { digest: Buffer.from(name.slice(-64), "hex"), sizeBytes: 5000, frames };
      putSegment(vault, Buffer.concat(sealSegment(encodeSegment([claim]), keys, entropy)));
    }
    assertRestores(vault);
  });

  test("a segment by somebody who poses as a full-key holder is refused: by its proof, and by its signature", () => {
    const vault = copy();
    const [genuine = ""] = names(vault, "index");
    const bytes = readFileSync(join(vault, "index", genuine));
    const mine = Buffer.concat(sealSegment(encodeSegment([]), keys, new SeededEntropy(3)));
    const proof = keys.proofKey(keys.writer);
    const posing = { ...keys, writer: FULL_KEY_WRITER, proofKey: () => proof };
    const forged = [
      putSegment(vault, Buffer.concat(sealSegment(encodeSegment([]), posing, new SeededEntropy(4)))),
      putSegment(vault, Buffer.concat([bytes.subarray(0, HEADER_BYTES), mine.subarray(HEADER_BYTES)])),
      putSegment(vault, Buffer.concat([bytes.subarray(0, -64), mine.subarray(-64)])),
      putSegment(vault, Buffer.concat([mine.subarray(0, -64), bytes.subarray(-64)])),
    ];
    const { code, out } = read("check", vault);
    assert.equal(code, 4);
    const whys = [/proof is wrong/, /signature is wrong/, /signature is wrong/, /signature is wrong/];
    for (const [i, name] of forged.entries()) {
      const line = out.split("\n").find((each) => each.includes(name)) ?? "";
      assert.match(line, whys[i] as RegExp, out);
    }
    assertRestores(vault);
  });

  test("an end of a host that nobody may write ends no host, and is told", () => {
    const vault = copy();
    mkdirSync(join(vault, "hosts-ended"), { recursive: true });
    const [host = ""] = names(vault, "hosts");
    const name = `0199aabbccdd-${host.slice(13)}`;
    writeFileSync(join(vault, "hosts-ended", name), readFileSync(join(vault, "hosts", host)));
    const { code, out } = read("check", vault);
    assert.equal(code, 4, out);
    assert.match(out, new RegExp(`hosts-ended/${name}`));
    assert.equal(read("list", vault).code, 0);
    assertRestores(vault);
  });

  const json = (value: object): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

  test("an object under the id of a full-key holder's restore point does not count, and is told", () => {
    for (const time of ["2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"]) {
      const vault = copy();
      const at = Temporal.Instant.from(time).epochMilliseconds.toString(16).padStart(12, "0");
      const name = `${at}-${victim.id}`;
      const lie = { ...victim, version: 1, time, files: [] };
      writeFileSync(
        join(vault, "points", name),
        Buffer.concat(sealPoint(json(lie), keys, new SeededEntropy(5))),
      );
      const list = read("list", vault);
      assert.deepEqual([list.code, list.out.trim().split("\n").length], [0, 1], list.out);
      assertRestores(vault);
      const { code, out } = read("check", vault);
      assert.deepEqual([code, out.match(/damaged:/g)?.length], [4, 1], out);
      assert.match(out, new RegExp(`points/${name} has the id of`));
    }
  });

  const putReceipt = (vault: string, body: object, seed: number): string => {
    const bytes = Buffer.concat(sealReceipt(json(body), keys, new SeededEntropy(seed)));
    const name = createHash("sha256").update(bytes).digest("hex");
    writeFileSync(join(vault, "receipts", name), bytes);
    return name;
  };
  const receipt = (object: string, life: number): object => ({
    version: 1,
    chain: "ab".repeat(16),
    number: 1,
    previous: [],
    time: "2026-01-01T00:00:00Z",
    kind: "point",
    point: { object, sha256: "cd".repeat(32), machine: victim.machine, life },
  });

  test("a host's receipt counts with life 0 only, and not beside a full-key holder's of the same id", () => {
    const gone = `points/0199aabbccdd-${"12".repeat(16)}`;
    const cases = [
      [receipt(gone, 0), 4],
      [receipt(gone, 1), 0],
      [receipt(`points/0199aabbccdd-${victim.id}`, 0), 0],
      [{ version: 1, kind: "point" }, 4],
    ] as const;
    for (const [i, [body, expected]] of cases.entries()) {
      const vault = copy();
      putReceipt(vault, body, 10 + i);
      const { code, out } = read("check", vault);
      assert.equal(code, expected, `${i}: ${out}`);
      assert.equal(out.includes("Traceback"), false, out);
    }
  });

  test("a receipt that says something else than it should, in whatever entry, is damaged", () => {
    const gone = `points/0199aabbccdd-${"12".repeat(16)}`;
    const { point, ...told } = receipt(gone, 0) as { readonly point: object };
    const chains = [{ chain: "ab".repeat(16), number: 7 }];
    const sound = {
      ...told,
      kind: "checkpoint",
      chains,
      points: [point],
      removals: [{ object: gone, life: 0 }],
    };
    const lies = [
      { ...told, point: { ...point, object: "points/x" } },
      { ...told, number: 0, point },
      { ...told, kind: "removal" },
      { ...told, kind: "removal", removal: { object: gone } },
      { ...told, kind: "gift" },
      { ...sound, chains: [{}] },
      { ...sound, points: [null] },
      { ...sound, points: [{ ...point, machine: { name: "web01" } }] },
      { ...sound, removals: {} },
      { ...sound, removals: [{ object: gone, life: -1 }] },
    ];
    const [vault, whole] = [copy(), copy()];
    const put = lies.map((lie, i) => putReceipt(vault, lie, 30 + i));
    const { code, out } = read("check", vault);
    assert.equal(code, 4, out);
    for (const [i, name] of put.entries()) assert.match(out, new RegExp(`damaged: receipts/${name}`), `${i}`);
    assert.equal(out.match(/damaged:/g)?.length, lies.length, out);
    putReceipt(whole, sound, 50);
    assert.equal(read("check", whole).code, 0, "one that a host has no right to say");
  });

  test("a receipt of an ended host does not count for what the host had not stored by then", async () => {
    const folder = copy();
    const storage = await openLocalStorage(folder);
    const clock = new FakeClock();
    const entropy = new SeededEntropy(6);
    await using vault = await openVault({ storage, clock, entropy, passphrase: TEST_PASSPHRASE, workers: 1 });
    await vault.endHost(Buffer.from(keys.writer).toString("hex"));
    putReceipt(folder, receipt(`points/0199aabbccdd-${"12".repeat(16)}`, 0), 20);
    const { code, out } = read("check", folder);
    assert.equal(code, 0, out);
  });
});
