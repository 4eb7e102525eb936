// The reader in tools/reader knows vaults from docs/vault-format.md only. What it restores must be what the program restores.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  cpSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { SeededEntropy } from "../src/base/testing/index.ts";
import { hostJson, scsiDisk } from "./testing/backup-scene.ts";
import { needs, readSample } from "./testing/oracles.ts";
import { PASSPHRASE, Workplace } from "./testing/stillpoint.ts";

const PYTHON = "/usr/bin/python3"; // Debian's own: only it sees Debian's modules
const READER = join(import.meta.dirname, "../tools/reader/stillpoint-reader.py");
const CHECKPOINT = "9C0D1E2F-0000-4000-8000-000000000001";
const MiB = 1024 * 1024;

/** Test options: skipped when Debian's packages for the reader, or the samples, are missing. */
function needsReader(): { readonly skip: string | false } {
  const imports = ["-c", "import cryptography, argon2, zstandard"];
  const names = "python3-cryptography, python3-argon2 and python3-zstandard";
  if (spawnSync(PYTHON, imports).status === 0) return needs("samples");
  if (process.env["STILLPOINT_ORACLES"] === "all")
    throw new Error(`These must be here, and are not: ${names}`);
  return { skip: `needs ${names}` };
}

interface Read {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the reader with a passphrase or recovery key. */
function runReader(args: readonly string[], secret: string): Read {
  const env = { ...process.env, STILLPOINT_PASSPHRASE: secret, PYTHONDONTWRITEBYTECODE: "1" };
  const done = spawnSync(PYTHON, [READER, ...args], { encoding: "utf8", env, timeout: 240_000 });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

/** SHA-256 of every file below a folder, by path with slashes. */
function hashes(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  const hashed = files
    .filter((path) => statSync(join(folder, path)).isFile())
    .map((path) => [
      path,
      createHash("sha256")
        .update(readFileSync(join(folder, path)))
        .digest("hex"),
    ]);
  return Object.fromEntries(hashed) as Record<string, string>;
}

function write(path: string, bytes: Uint8Array | string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

/** A file of many nodes: noise here and there, zeros in between and at the end. */
function writeLongFile(path: string): void {
  write(path, "");
  truncateSync(path, 70 * MiB + 512);
  const file = openSync(path, "r+");
  const noise = new SeededEntropy(7);
  for (const at of [0, 3 * MiB + 5, 64 * MiB - 4096]) writeSync(file, noise.bytes(150_001), 0, 150_001, at);
  closeSync(file);
}

function makeFolder(place: Workplace): void {
  write(place.path("exports/file01/file01.vhdx"), readSample("hyperv-dynamic.vhdx.gz"));
  writeLongFile(place.path("exports/file01/long.vhdx"));
}

function makeHost(place: Workplace): void {
  const drive = "host/drives/D/M";
  write(place.path(drive, "web01/web01.vhdx"), readSample("win10-swap.vhdx.gz"));
  write(place.path(drive, "db01/base.vhdx"), readSample("synthetic-diff-base.vhdx.zst"));
  write(place.path(drive, "db01/child.avhdx"), readSample("synthetic-diff-child.avhdx.zst"));
  const checkpoint = {
    id: CHECKPOINT,
    name: "before update",
    created: "2026-04-01T10:00:00Z",
    parent: null,
    type: "standard",
    memory: true,
    disks: [scsiDisk(0, "D:\\M\\db01\\base.vhdx")],
  };
  const web01 = { id: "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B01", name: "web01", memoryMegabytes: 16 };
  const db01 = { ...web01, id: "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B02", name: "db01", state: "off" };
  const machines = [
    { ...web01, disks: [scsiDisk(0, "D:\\M\\web01\\web01.vhdx")] },
    { ...db01, disks: [scsiDisk(0, "D:\\M\\db01\\child.avhdx")], checkpoints: [checkpoint] },
  ];
  write(place.path("host/host.json"), hostJson(machines));
}

interface Point {
  readonly id: string;
  readonly machine: { readonly name: string };
}

/** A vault with five restore points, one of a folder and two nights of a host, and what its disks were each time. */
class Story implements Disposable {
  readonly place = new Workplace();
  readonly vault = this.place.path("vault");
  recoveryKey = "";
  points: readonly Point[] = [];
  /** The disks at the end of each night, by the place that they are restored to. */
  readonly nights: Record<string, string>[] = [];

  async tell(): Promise<void> {
    this.recoveryKey = String((await this.run("vault", "init", ...this.place.vault()))["recoveryKey"]);
    makeFolder(this.place);
    makeHost(this.place);
    const host = `sim:${this.place.path("host")}`;
    await this.#backUp(`folder:${this.place.path("exports")}`);
    await this.#backUp(host);
    this.#endNight();
    const flags = ["--state", this.place.path("host"), "--machine", "web01", "--disk", "0"];
    write(this.place.path("bytes"), new SeededEntropy(3).bytes(600 * 512));
    await this.run(
      "simulate",
      "write",
      ...flags,
      "--offset",
      String(MiB),
      "--from",
      this.place.path("bytes"),
    );
    await this.#backUp(host);
    this.#endNight();
    const listed = await this.place.run(["points", ...this.place.vault()]);
    this.points = listed.lines.filter((line) => line["type"] === "point") as unknown as Point[];
  }

  async #backUp(host: string): Promise<void> {
    await this.run("backup", "--host", host, "--all", ...this.place.vault());
  }

  #endNight(): void {
    this.nights.push({ ...hashes(this.place.path("exports")), ...hashes(this.place.path("host/drives")) });
  }

  /** Runs the program, which must not fail, and gives its summary. */
  async run(...args: readonly string[]): Promise<Record<string, unknown>> {
    const said = await this.place.run(args);
    assert.equal(said.code, 0, said.text);
    return said.summary;
  }

  /** A copy of the vault that a test may break. */
  copy(name: string): string {
    cpSync(this.vault, this.place.path(name), { recursive: true });
    return this.place.path(name);
  }

  [Symbol.dispose](): void {
    this.place[Symbol.dispose]();
  }
}

/** The names of a vault's objects below a folder, with their paths. */
function objects(vault: string, below: string): readonly string[] {
  return Object.keys(hashes(join(vault, below)))
    .map((name) => join(vault, below, name))
    .sort();
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  const where = at < 0 ? bytes.length + at : at;
  bytes.writeUInt8(bytes.readUInt8(where) ^ 1, where);
  writeFileSync(path, bytes);
}

const HEADER_BYTES = 176; // section 5 of the format's page
const CONTENT_AT = 10;

describe("the second reader, written from the format's page", needsReader(), () => {
  const story = new Story();
  /** Runs the reader with the recovery key, which costs nothing, when no other secret is named. */
  const reader = (args: readonly string[], secret = story.recoveryKey): Read => runReader(args, secret);
  before(async () => await story.tell());
  after(() => story[Symbol.dispose]());

  test("restores every point of a vault byte for byte as the program does, and as it was at the source", async () => {
    assert.equal(story.points.length, 5);
    const seen = new Map<string, number>();
    for (const { id, machine } of story.points) {
      const [theirs, ours] = [story.place.path(`reader/${id}`), story.place.path(`program/${id}`)];
      const read = reader(["restore", story.vault, id.slice(0, 8), theirs]);
      assert.deepEqual([read.code, read.err], [0, ""], read.out);
      const said = await story.place.run([
        "restore",
        id,
        "--exact",
        "--to-folder",
        ours,
        ...story.place.vault(),
      ]);
      assert.equal(said.code, 0, said.text);
      const restored = hashes(theirs);
      assert.deepEqual(restored, hashes(ours));
      const night = seen.get(machine.name) ?? 0;
      seen.set(machine.name, night + 1);
      const disks = Object.entries(restored).filter(([path]) => /\.a?vhdx$/.test(path));
      assert.equal(disks.length, machine.name === "web01" ? 1 : 2);
      for (const [path, sha256] of disks) assert.equal(sha256, story.nights[night]?.[path], path);
    }
    assert.deepEqual(Object.fromEntries(seen), { file01: 1, web01: 2, db01: 2 });
    assert.notDeepEqual(story.nights[0], story.nights[1]);
    const { blocks } = statSync(story.place.path(`reader/${story.points[0]?.id}/file01/long.vhdx`));
    assert.ok(blocks * 512 < 20 * MiB, "zeros are holes");
  });

  test("lists the points, shows one, and finds nothing wrong with the vault", () => {
    const file = ["--passphrase-file", story.place.passphraseFile];
    const list = reader(["list", story.vault, ...file], "another");
    assert.equal(list.code, 0, list.err);
    const listed = list.out
      .trim()
      .split("\n")
      .map((line) => line.split(/ {2,}/).slice(1, 3));
    assert.deepEqual(
      listed,
      story.points.map(({ id, machine }) => [id, machine.name]),
    );
    const shown = reader(["show", story.vault, "latest:WEB01"]);
    assert.equal(
      JSON.parse(shown.out).id,
      story.points.findLast(({ machine }) => machine.name === "web01")?.id,
    );
    const checked = reader(["check", story.vault]);
    assert.deepEqual([checked.code, checked.err], [0, ""], checked.out);
    assert.match(checked.out, /^\d+ packs, \d+ chunks, \d+ segments, 5 restore points: all is whole\n$/);
  });

  test("restores from a vault into which restore points were copied what it restores from the first", async () => {
    const place = story.place;
    await place.newVault("second");
    const to = ["--to-vault", place.path("second"), "--to-passphrase-file", place.passphraseFile];
    await story.run("copy", "--machine", "db01", ...place.vault(), ...to);
    const [copied, original] = [place.path("of-the-copy"), place.path("of-the-original")];
    const read = reader(["restore", place.path("second"), "latest:db01", copied], PASSPHRASE);
    assert.deepEqual([read.code, read.err], [0, ""], read.out);
    assert.equal(reader(["restore", story.vault, "latest:db01", original]).code, 0);
    assert.deepEqual(hashes(copied), hashes(original));
    const checked = reader(["check", place.path("second")], PASSPHRASE);
    assert.match(checked.out, / 2 restore points: all is whole\n$/, checked.err);
  });

  test("opens with the recovery key however it is typed, with no other secret, and says why not", () => {
    const typed = story.recoveryKey.toLowerCase().replaceAll("-", " ").replaceAll("0", "o");
    assert.equal(reader(["list", story.vault], typed).code, 0);
    const wrong = reader(["list", story.vault], `${PASSPHRASE}.`);
    assert.deepEqual([wrong.code, wrong.err], [1, "error: The passphrase or recovery key is wrong\n"]);
    assert.equal(reader(["list", story.place.path("exports")]).code, 1);
    assert.equal(reader(["show", story.vault, "latest:nobody"]).code, 1);
    assert.equal(reader(["restore", story.vault]).code, 2);
    const occupied = reader(["restore", story.vault, "latest:web01", story.place.path("exports")]);
    assert.deepEqual([occupied.code, occupied.err.includes("is not empty")], [1, true]);
  });

  test("finds a flipped byte in each kind of object, and says where", () => {
    const broken = story.copy("flipped");
    const packs = objects(broken, "packs");
    const content = (pack: string): number => readFileSync(pack).readUInt8(CONTENT_AT);
    const [inProof, inFrame, inFooter, inTrailer] = packs.filter((pack) => content(pack) === 1);
    const [inNode] = packs.filter((pack) => content(pack) === 2);
    const [inSlot] = objects(broken, "keys").filter((slot) =>
      readFileSync(slot, "utf8").includes('"recovery"'),
    );
    const [inSegment] = objects(broken, "index");
    const [inPoint, inVersion] = objects(broken, "points");
    const flips: readonly (readonly [string | undefined, number, RegExp])[] = [
      [inProof, HEADER_BYTES - 1, /NAME: its header's proof is wrong/],
      [
        inFrame,
        HEADER_BYTES + 100,
        /frame at 176 of pack NAME does not open|NAME: the frame at 176 is not what/,
      ],
      [inFooter, -100, /NAME: its footer's checksum is wrong/],
      [inTrailer, -10, /NAME does not end as it must/],
      [
        inNode,
        HEADER_BYTES + 100,
        /frame at 176 of pack NAME does not open|NAME: the frame at 176 is not what/,
      ],
      [inSlot, 100, /keys\/NAME is not what its name says/],
      [inSegment, HEADER_BYTES + 40, /index\/NAME is not what its name says/],
      [inPoint, -1, /points\/NAME does not open/],
      [inVersion, 8, /points\/NAME/],
    ];
    for (const [path, at] of flips) flip(path ?? assert.fail("a kind of object is not there"), at);
    const checked = reader(["check", broken], PASSPHRASE);
    assert.equal(checked.code, 4, checked.err);
    for (const [path, , says] of flips) {
      const name = path?.split("/").at(-1) ?? "";
      assert.match(checked.out, new RegExp(`damaged: .*(${says.source.replaceAll("NAME", name)})`));
    }
    assert.equal(reader(["list", broken], PASSPHRASE).code, 4);
    flip(join(broken, "config"), 100);
    assert.deepEqual(
      [reader(["check", broken], PASSPHRASE).code, reader(["list", broken], PASSPHRASE).code],
      [4, 4],
    );
  });

  test("needs no segments when the packs are whole", () => {
    const broken = story.copy("without-index");
    for (const segment of objects(broken, "index")) flip(segment, HEADER_BYTES + 40);
    const read = reader(["restore", broken, "latest:db01", story.place.path("from-footers")]);
    assert.equal(read.code, 0, read.err);
    const disks = Object.entries(hashes(story.place.path("from-footers"))).filter(
      ([path]) => path in (story.nights[1] ?? {}),
    );
    assert.ok(disks.length >= 2);
    for (const [path, sha256] of disks) assert.equal(sha256, story.nights[1]?.[path], path);
  });

  test("writes what is left of a file, with zeros for what is lost, under a name that says so", () => {
    const broken = story.copy("lost");
    const packs = objects(broken, "packs").filter((pack) => readFileSync(pack).readUInt8(CONTENT_AT) === 1);
    for (const pack of packs) if (statSync(pack).size > 8192) flip(pack, HEADER_BYTES + 4096);
    const folder = story.place.path("what-is-left");
    const read = reader(["restore", broken, "latest:file01", folder]);
    assert.equal(read.code, 4, read.err);
    assert.match(read.err, /damaged: file01\/\w+\.vhdx: 65536 bytes at \d+: frame at \d+ of pack/);
    const damaged = Object.keys(hashes(folder)).filter((path) => path.endsWith(".damaged"));
    assert.ok(damaged.length > 0);
    for (const path of damaged) {
      const [left, whole] = [
        readFileSync(join(folder, path)),
        readFileSync(story.place.path("exports", path.replace(".damaged", ""))),
      ];
      assert.equal(left.length, whole.length);
      for (let at = 0; at < whole.length; at += 512) {
        const sector = left.subarray(at, at + 512);
        assert.ok(
          sector.equals(whole.subarray(at, at + 512)) || sector.every((byte) => byte === 0),
          `${path} at ${at}`,
        );
      }
    }
  });

  test("reads through damage with the sidecars of a vault with parity, and says so, or that there is too much of it", async () => {
    const place = story.place;
    const secret = String(
      (await story.run("vault", "init", "--parity", ...place.vault("parity")))["recoveryKey"],
    );
    const noise = new SeededEntropy(17);
    write(place.path("of-parity/p01/disk.vhd"), noise.bytes(3 * MiB + 77));
    await story.run(
      "backup",
      "--host",
      `folder:${place.path("of-parity")}`,
      "--all",
      ...place.vault("parity"),
    );
    const vault = place.path("parity");
    const restore = (folder: string): Read =>
      reader(["restore", vault, "latest:p01", place.path(folder)], secret);
    assert.equal(reader(["check", vault], secret).out.includes("note:"), false);
    const packs = objects(vault, "packs");
    const part = (pack: string, i: number): number => Math.floor(((i + 0.5) * statSync(pack).size) / 64);
    const pairs: readonly (readonly number[])[] = [[0, 63], [7, 31], [20]]; // 0 is the header's, 63 the footer's
    packs.forEach((pack, i) => {
      for (const hit of pairs[i % pairs.length] ?? []) flip(pack, part(pack, hit));
    });
    const mended = restore("mended");
    assert.equal(mended.code, 0, mended.err);
    assert.match(mended.err, /^warning: pack [0-9a-f]{64} is damaged, and was mended by its sidecar/);
    assert.deepEqual(hashes(place.path("mended")), hashes(place.path("of-parity")));
    const checked = reader(["check", vault], secret);
    assert.equal(checked.code, 4, "the damage is there");
    for (const segment of objects(vault, "index")) rmSync(segment);
    assert.equal(restore("without-index-either").code, 0);
    const [large = ""] = packs.toSorted((a, b) => statSync(b).size - statSync(a).size);
    const sidecar = large.replace("/packs/", "/parity/");
    flip(sidecar, -1);
    assert.equal(
      reader(["check", vault], secret).out.includes(`note: pack ${large.split("/").at(-1)} has no`),
      true,
    );
    for (const hit of [11, 12, 13]) flip(large, part(large, hit));
    const lost = restore("lost-in-spite-of-parity");
    assert.equal(lost.code, 4);
    assert.match(lost.err, /damaged: p01\/disk.vhd: .*its sidecar cannot mend it/);
  });

  test("hides a point that lies in the trash unless its entry is broken", async () => {
    const id = story.points.find(({ machine }) => machine.name === "web01")?.id ?? "";
    const vault = story.copy("trash");
    await story.run("prune", "--execute", "--remove", id, ...story.place.vault("trash"));
    const list = reader(["list", vault]);
    assert.deepEqual([list.code, list.out.trim().split("\n").length, list.out.includes(id)], [0, 4, false]);
    const shown = reader(["show", vault, id]);
    assert.deepEqual([shown.code, shown.err], [1, `error: The restore point "${id}" is in the trash\n`]);
    const [entry] = objects(vault, "trash");
    flip(entry ?? "", -20);
    const broken = reader(["list", vault]);
    assert.deepEqual([broken.code, broken.out.includes(id)], [4, true]);
    const checked = reader(["check", vault]);
    assert.deepEqual(
      [checked.code, /damaged: trash\/\S+: its signature is wrong/.test(checked.out)],
      [4, true],
    );
  });

  test("shows a point that was taken out of the trash, also when its entry is put again", async () => {
    const id = story.points.find(({ machine }) => machine.name === "web01")?.id ?? "";
    const vault = story.copy("taken-back");
    await story.run("prune", "--execute", "--remove", id, ...story.place.vault("taken-back"));
    const [entry = ""] = objects(vault, "trash");
    const bytes = readFileSync(entry);
    await story.run("trash", "take-back", id, ...story.place.vault("taken-back"));
    write(entry, bytes);
    const list = reader(["list", vault]);
    assert.deepEqual([list.code, list.out.trim().split("\n").length, list.out.includes(id)], [0, 5, true]);
    assert.equal(reader(["check", vault]).code, 0);
    const [kept = ""] = objects(vault, "kept");
    flip(kept, -20);
    const forged = reader(["list", vault]);
    assert.deepEqual([forged.code, forged.out.includes(id)], [4, false]);
    assert.match(forged.err, /damaged: kept\/\S+: its signature is wrong/);
  });

  test("reads a vault whose packs a prune wrote again", async () => {
    const vault = story.copy("pruned");
    const rules = ["--keep-last", "1", "--trash-days", "0", "--allow-many"];
    await story.run("prune", "--execute", ...rules, ...story.place.vault("pruned"));
    assert.equal(objects(vault, "points").length, 3);
    const packs = (of: string): readonly string[] => Object.keys(hashes(join(of, "packs")));
    const [before, after] = [packs(story.vault), packs(vault)];
    assert.ok(after.some((pack) => !before.includes(pack)) && before.some((pack) => !after.includes(pack)));
    const checked = reader(["check", vault]);
    assert.deepEqual([checked.code, checked.err], [0, ""], checked.out);
    const folder = story.place.path("after-prune");
    assert.equal(reader(["restore", vault, "latest:web01", folder]).code, 0);
    const disk = "D/M/web01/web01.vhdx";
    assert.equal(hashes(folder)[disk], story.nights[1]?.[disk]);
  });

  test("opens with shares of a recovery key, and reads what a host without the key backed up", async () => {
    const vault = story.copy("hosts");
    const inVault = story.place.vault("hosts");
    const shared = await story.run(
      "vault",
      "key",
      "add",
      "--recovery",
      "--shares",
      "4",
      "--threshold",
      "2",
      ...inVault,
    );
    const [first = "", second = "", third = ""] = shared["shares"] as readonly string[];
    assert.equal(reader(["list", vault], `one:\n${third}\n\n${first}`).code, 0);
    for (const [secret, says] of [
      [`${first}\n`, /are needed, and there are 1|wrong/],
      [`${first}\n${first}`, /is there twice/],
      [`${first}\n${second.slice(0, -1)}U`, /2 recovery shares are needed, and there are 1/],
      [`${first}\n${second.replace(/.$/, second.endsWith("7") ? "8" : "7")}`, /not what was printed/],
    ] as const) {
      const refused = reader(["list", vault], secret);
      assert.deepEqual([refused.code, says.test(refused.err)], [1, true], refused.err);
    }
    const key = story.place.path("hv01.key");
    await story.run("vault", "key", "add-host", "hv01", "--out", key, ...inVault);
    const flags = ["--vault", vault, "--passphrase-file", key];
    const noise = new SeededEntropy(91);
    write(story.place.path("of-host/h01/disk.vhd"), noise.bytes(300_000));
    const backup = ["backup", "--host", `folder:${story.place.path("of-host")}`, "--all", ...flags];
    await story.run(...backup);
    await story.run("vault", "key", "remove-host", "hv01", ...inVault);
    const folder = story.place.path("by-host");
    const read = reader(["restore", vault, "latest:h01", folder]);
    assert.equal(read.code, 0, read.err);
    assert.deepEqual(hashes(folder), hashes(story.place.path("of-host")));
    const checked = reader(["check", vault]);
    assert.deepEqual([checked.code, checked.err], [0, ""], checked.out);
    write(story.place.path("of-host/h01/disk.vhd"), noise.bytes(300_000));
    await story.run(...backup);
    const after = reader(["check", vault]);
    assert.equal(after.code, 4);
    assert.match(after.out, /damaged: points\/\S+ was put by a host after its key had been taken away/);
    assert.equal(reader(["list", vault]).out.trim().split("\n").length, story.points.length + 1);
    assert.equal(reader(["restore", vault, "latest:h01", story.place.path("by-host-again")]).code, 0);
    assert.deepEqual(
      hashes(story.place.path("by-host-again")),
      hashes(folder),
      "the one that counts is the latest",
    );
  });

  test("misses a restore point that somebody took away, and the receipt of one", async () => {
    const vault = story.copy("taken");
    await story.run("vault", "receipts", ...story.place.vault("taken"));
    const [point] = objects(vault, "points");
    rmSync(point ?? "");
    const checked = reader(["check", vault]);
    assert.equal(checked.code, 4, checked.err);
    assert.match(checked.out, /damaged: points\/\S+ of \w+ is gone although nobody removed it/);
    const ours = await story.place.run(["vault", "receipts", ...story.place.vault("taken")]);
    assert.equal(ours.code, 4, ours.text);
    assert.equal((ours.summary["missing"] as readonly unknown[]).length, 1);
    const gaps = [0, 1].filter((which) => {
      const other = story.copy(`taken-receipt-${which}`);
      rmSync(objects(other, "receipts")[which] ?? "");
      return /damaged: receipt \d of chain [0-9a-f]{32} is gone/.test(reader(["check", other]).out);
    });
    assert.ok(gaps.length > 0, "all but the newest receipt are named by another");
  });

  test("puts no file outside of the folder", () => {
    const script = `
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("reader", ${JSON.stringify(READER)})
reader = sys.modules["reader"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(reader)
def place(path):
    try: return "/".join(reader.path_below(path))
    except reader.Refused: return None
print(json.dumps([place(path) for path in json.load(sys.stdin)]))`;
    const paths: readonly (readonly [string, string | null])[] = [
      ["D:\\M\\web01\\web01.vhdx", "D/M/web01/web01.vhdx"],
      ["\\\\server\\share\\x.vhdx", "UNC/server/share/x.vhdx"],
      ["web01/web01.vhdx", "web01/web01.vhdx"],
      ["D:\\..\\x", null],
      ["../x", null],
      ["/etc/x", null],
      ["a/\0", null],
      ["\\\\server\\..\\..\\x", null],
      ["", null],
    ];
    const input = JSON.stringify(paths.map(([path]) => path));
    const done = spawnSync(PYTHON, ["-B", "-c", script], { input, encoding: "utf8" });
    assert.deepEqual(
      JSON.parse(done.stdout),
      paths.map(([, place]) => place),
    );
  });
});
