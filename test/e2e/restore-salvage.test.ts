import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import { type Said, Workplace } from "../testing/stillpoint.ts";

const CHUNK = 65_536;
/** Eight chunks fill a frame when nothing makes them smaller (docs/vault-format.md 6). */
const FRAME = 8 * CHUNK;
const DISK = "web01/web01.vhd";
const NOTES = "web01/notes.dat";

/** A vault with a restore point of one machine, of bytes that nothing makes smaller. */
class Damaged extends Workplace {
  readonly disk = new SeededEntropy(1).bytes(4 * FRAME + 1000);
  readonly notes = new SeededEntropy(2).bytes(5000);

  static async open(): Promise<Damaged> {
    const place = new Damaged();
    await place.newVault();
    mkdirSync(place.path("exports/web01"), { recursive: true });
    writeFileSync(place.path("exports", DISK), place.disk);
    writeFileSync(place.path("exports", NOTES), place.notes);
    const said = await place.run([
      "backup",
      "--host",
      `folder:${place.path("exports")}`,
      "--all",
      ...place.vault(),
    ]);
    assert.equal(said.code, 0, said.text);
    return place;
  }

  objects(folder: string): readonly string[] {
    return readdirSync(this.path("vault", folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  }

  /** The pack of the disk. */
  get pack(): string {
    return this.objects("packs").toSorted((a, b) => statSync(b).size - statSync(a).size)[0] as string;
  }

  /** Flips a bit in the pack of the disk, in the middle of a frame of it. */
  flip(frame: number): void {
    const bytes = readFileSync(this.pack);
    const at = 176 + Math.floor((frame + 0.5) * (FRAME + 400));
    bytes[at] = (bytes[at] as number) ^ 1;
    writeFileSync(this.pack, bytes);
  }

  async restore(...flags: readonly string[]): Promise<Said> {
    return await this.run([
      "restore",
      "latest:web01",
      ...flags,
      "--exact",
      ...this.vault(),
      "--to-folder",
      this.path("back"),
    ]);
  }

  back(path: string): Buffer {
    return readFileSync(this.path("back", path));
  }
}

/** Where a file differs from what was backed up, to the chunk: path, offset and length as the program tells them. */
function differences(path: string, found: Buffer, expected: Uint8Array): readonly (readonly unknown[])[] {
  assert.equal(found.length, expected.length);
  const told: [string, number, number][] = [];
  for (let at = 0; at < expected.length; at += CHUNK) {
    const chunk = found.subarray(at, at + CHUNK);
    if (chunk.equals(expected.subarray(at, at + CHUNK))) continue;
    assert.ok(chunk.equals(Buffer.alloc(chunk.length)), "what is not as it was is zeros");
    const last = told.at(-1);
    if (last !== undefined && last[1] + last[2] === at) last[2] += chunk.length;
    else told.push([path, at, chunk.length]);
  }
  return told;
}

function ranges(said: Said): readonly (readonly unknown[])[] {
  return said.lines
    .filter(({ type }) => type === "unread-range")
    .map(({ file, offset, length }) => [file, offset, length]);
}

test("`restore` stops at damage with 4 and names --salvage, which brings back all but the damaged frames and lists these", async () => {
  using place = await Damaged.open();
  place.flip(1);
  place.flip(2);
  const stopped = await place.restore();
  assert.deepEqual([stopped.code, stopped.errors[0]?.["code"]], [4, "vault-damaged"], stopped.text);
  const explained = await place.run(["explain", "vault-damaged"]);
  assert.match(explained.text, /restore --salvage/);
  rmSync(place.path("back"), { recursive: true, force: true });

  const said = await place.restore("--salvage");
  assert.equal(said.code, 4, said.text);
  const lost = differences(DISK, place.back(DISK), place.disk);
  assert.deepEqual(ranges(said), lost);
  const unreadBytes = lost.reduce((sum, [, , length]) => sum + (length as number), 0);
  assert.equal(unreadBytes, 2 * FRAME);
  assert.ok(place.back(NOTES).equals(place.notes));
  const report = `${DISK}.salvaged.jsonl`;
  const salvaged = { ranges: lost.length, unreadBytes, report };
  const files = said.summary["files"] as readonly { path: string; salvaged?: object }[];
  assert.equal(said.summary["whole"], false);
  assert.deepEqual(Object.fromEntries(files.map(({ path, salvaged: part }) => [path, part])), {
    [NOTES]: undefined,
    [DISK]: salvaged,
  });
  const lines = place.back(report).toString().trim().split("\n");
  const documents = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual([documents[0]?.["type"], documents[0]?.["whole"]], ["salvaged", false]);
  assert.deepEqual(
    documents.slice(1, -1).map(({ offset, length }) => [DISK, offset, length]),
    lost,
  );
});

test("`restore --salvage` of a vault without a pack brings back zeros for what it had, of one without its index everything", async () => {
  using place = await Damaged.open();
  for (const segment of place.objects("index")) rmSync(segment);
  const whole = await place.restore("--salvage");
  assert.deepEqual([whole.code, whole.summary["whole"], ranges(whole)], [0, true, []], whole.text);
  assert.ok(place.back(DISK).equals(place.disk));
  assert.deepEqual(readdirSync(place.path("back/web01")).toSorted(), ["notes.dat", "web01.vhd"]);

  rmSync(place.pack);
  rmSync(place.path("back"), { recursive: true });
  const said = await place.restore("--salvage");
  assert.equal(said.code, 4, said.text);
  const lostOf = (path: string, original: Uint8Array): void => {
    const told = ranges(said).filter(([file]) => file === path);
    assert.deepEqual(told, differences(path, place.back(path), original));
  };
  lostOf(DISK, place.disk);
  lostOf(NOTES, place.notes);
  assert.ok(ranges(said).length > 0);
});

test("`restore --salvage` of several tells of a file in part and ends with 4 also where its restore point fails of something else", async () => {
  using place = await Damaged.open();
  mkdirSync(place.path("exports/db01"));
  writeFileSync(place.path("exports/db01/db01.vhd"), new SeededEntropy(3).bytes(1000));
  const both = ["backup", "--host", `folder:${place.path("exports")}`, "--all", ...place.vault()];
  assert.equal((await place.run(both)).code, 0);
  place.flip(1);
  mkdirSync(place.path("back", `${NOTES}.partial`), { recursive: true }); // nothing can be written there
  const said = await place.restore("latest:db01", "--salvage");
  const failed = said.summary["failed"] as readonly {
    readonly files: readonly {
      readonly path: string;
      readonly salvaged?: { readonly unreadBytes: number };
    }[];
    readonly error: { readonly code: string };
  }[];
  assert.deepEqual(
    failed.map(({ files, error }) => [
      files.map(({ path, salvaged }) => [path, salvaged?.unreadBytes]),
      error.code,
    ]),
    [[[[DISK, FRAME]], "host-file-exists"]],
  );
  assert.equal((said.summary["points"] as readonly unknown[]).length, 1);
  assert.equal(said.code, 4, said.text);
});
