import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type Guid, hexFromBytes, InterruptedError } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import type { PackContents } from "../packs/pack-contents.ts";
import { ChunkIndex } from "./chunk-index.ts";
import { LocalIndexDamagedError } from "./local/errors.ts";
import { RunFile } from "./local/run-file.ts";
import { type IndexProgress, type LocalIndexOptions, LocalRuns } from "./local-runs.ts";

const SEED = Number(process.env["STILLPOINT_SEED"] ?? 20261123);
const VAULT = "7B1F0D6E-3C50-4B0C-9C67-000000000001" as Guid;
const root = mkdtempSync(join(tmpdir(), "stillpoint-beside-"));
after(() => {
  rmSync(root, { recursive: true, force: true });
});

interface Written {
  readonly folder: string;
  readonly segments: ReadonlySet<string>;
  readonly packs: readonly PackContents[];
}

let folders = 0;
const newFolder = (): string => join(root, `${folders++}`);

/** Every merge is too large to wait for. */
async function open(
  folder: string,
  segments: ReadonlySet<string>,
  more: Partial<LocalIndexOptions> & { readonly signal?: AbortSignal } = {},
): Promise<{ readonly index: ChunkIndex; readonly local: LocalRuns }> {
  const local = LocalRuns.openFor(1e6, VAULT, { folder, memoryBytes: 0, mergedAtOnce: 0, ...more });
  assert.ok(local !== undefined);
  const index = new ChunkIndex();
  await local.attach(index, segments, more.signal);
  return { index, local };
}

function packOf(entropy: SeededEntropy): PackContents {
  const frames = Array.from({ length: 4 }, (_, i) => ({
    number: i,
    offset: 176 + 1000 * i,
    sealedBytes: 1000,
    ids: entropy.bytes(32 * 8),
  }));
  return { digest: entropy.bytes(32), sizeBytes: 5000, frames };
}

/** A folder with so many runs, each of one segment of two packs. */
async function writeRuns(count: number, seed = SEED): Promise<Written> {
  const entropy = new SeededEntropy(seed);
  const folder = newFolder();
  const segments = new Set<string>();
  const packs: PackContents[] = [];
  const { index, local } = await open(folder, segments);
  using _ = local;
  for (let i = 0; i < count; i++) {
    const digest = entropy.bytes(32);
    const its = [packOf(entropy), packOf(entropy)];
    index.addWritten(digest, its);
    local.spill(index, "now");
    segments.add(hexFromBytes(digest));
    packs.push(...its);
  }
  return { folder, segments, packs };
}

function files(folder: string, ending: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));
}

/** Every chunk of the packs is found where it was put; gives the frames' numbers. */
function framesOf(index: ChunkIndex, packs: readonly PackContents[]): readonly number[] {
  return packs.flatMap(({ digest, frames }) =>
    frames.flatMap(({ ids, offset }) =>
      Array.from({ length: ids.length / 32 }, (_, i) => {
        const frame = index.find(ids, 32 * i);
        assert.ok(frame !== undefined, "the chunk is known");
        const place = index.locate(frame);
        assert.equal(place.offset, offset);
        assert.ok(place.object.endsWith(hexFromBytes(digest)));
        return frame;
      }),
    ),
  );
}

test("a merge beside leaves the open index as it was, and the next opening has one run of nine", async () => {
  const { folder, segments, packs } = await writeRuns(9);
  const { index, local } = await open(folder, segments);
  using _ = local;
  assert.equal(files(folder, ".run").length, 9, "opening merges nothing that is large");
  const before = framesOf(index, packs);
  local.mergeBeside(segments);
  assert.deepEqual(framesOf(index, packs), before);
  assert.equal(await local.mergedBeside(), "merged");
  assert.equal(files(folder, ".run").length, 1);
  assert.deepEqual(framesOf(index, packs), before, "who has the runs open goes on reading them");
  index.addPack(packOf(new SeededEntropy(SEED + 1)));
  local.spill(index, "now");
  assert.deepEqual(framesOf(index, packs), before);
  const next = await open(folder, segments);
  using __ = next.local;
  framesOf(next.index, packs);
  assert.equal(next.index.chunkCount, packs.length * 32);
  next.local.mergeBeside(segments);
  assert.equal(next.local.mergedBeside(), undefined, "there is nothing to merge any more");
});

test("a merge beside that is ended at once leaves every run, and no draft", async () => {
  const { folder, segments, packs } = await writeRuns(9);
  for (let round = 0; round < 3; round++) {
    const { index, local } = await open(folder, segments);
    framesOf(index, packs);
    local.mergeBeside(segments);
    const outcome = local.mergedBeside();
    local[Symbol.dispose]();
    assert.equal(await outcome, "ended");
    assert.deepEqual(files(folder, ".draft"), []);
    assert.equal(files(folder, ".run").length, 9);
  }
  const { index, local } = await open(folder, segments);
  using _ = local;
  framesOf(index, packs);
});

test("a merge that was killed between any two of its steps loses nothing", async () => {
  const { folder, segments, packs } = await writeRuns(9);
  const old = files(folder, ".run");
  const kept = newFolder();
  cpSync(folder, kept, { recursive: true });
  {
    const { local } = await open(folder, segments);
    using _ = local;
    local.mergeBeside(segments);
    assert.equal(await local.mergedBeside(), "merged");
  }
  const [merged = ""] = files(folder, ".run");
  const whole = readFileSync(merged);
  for (let deleted = 0; deleted <= old.length; deleted++) {
    const state = newFolder();
    cpSync(kept, state, { recursive: true });
    for (const path of old.slice(0, deleted)) rmSync(join(state, path.slice(folder.length)));
    writeFileSync(join(state, merged.slice(folder.length)), whole);
    const { index, local } = await open(state, segments);
    using _ = local;
    framesOf(index, packs);
    assert.equal(index.runs?.size, 1, `${deleted} deleted`);
  }
  for (const length of [0, 100, 4096, whole.length - 1, whole.length]) {
    const state = newFolder();
    cpSync(kept, state, { recursive: true });
    const dead = merged.slice(folder.length).replace(/\.run$/, ".4194304.merge.draft"); // no system has so many processes
    writeFileSync(join(state, dead), whole.subarray(0, length));
    const { index, local } = await open(state, segments);
    using _ = local;
    framesOf(index, packs);
    assert.deepEqual(files(state, ".draft"), [], "what the dead began goes");
    local.mergeBeside(segments);
    assert.equal(await local.mergedBeside(), "merged");
  }
});

test("nobody merges beside while a program that runs does", async () => {
  const { folder, segments } = await writeRuns(9);
  const [run = ""] = files(folder, ".run");
  const others = run.replace(/[0-9a-f]+\.run$/, `00ff.${process.ppid}.merge.draft`);
  writeFileSync(others, "");
  const { local } = await open(folder, segments);
  using _ = local;
  local.mergeBeside(segments);
  assert.equal(local.mergedBeside(), undefined);
  rmSync(others);
  local.mergeBeside(segments);
  assert.equal(await local.mergedBeside(), "merged");
});

test("what a program of the same number left behind is dropped, and keeps nobody from merging", async () => {
  const { folder, segments } = await writeRuns(9);
  const [run = ""] = files(folder, ".run");
  for (const program of ["", "-0badcafe"])
    writeFileSync(run.replace(/[0-9a-f]+\.run$/, `00ff.${process.pid}${program}.merge.draft`), "");
  const { local } = await open(folder, segments);
  using _ = local;
  assert.deepEqual(files(folder, ".draft"), []);
  local.mergeBeside(segments);
  assert.equal(await local.mergedBeside(), "merged");
});

test("a merge beside while another program merges the same: what is found is the same, whoever was first", async () => {
  const { folder, segments, packs } = await writeRuns(9);
  const first = await open(folder, segments);
  using _ = first.local;
  first.local.mergeBeside(segments);
  const other = await open(folder, segments, { mergedAtOnce: 1e6 }); // merges at once
  using __ = other.local;
  framesOf(other.index, packs);
  assert.ok(["merged", "failed"].includes(String(await first.local.mergedBeside())));
  framesOf(first.index, packs);
  const next = await open(folder, segments);
  using ___ = next.local;
  framesOf(next.index, packs);
});

test("a merge beside that meets a damaged run deletes it, and the others stay", async () => {
  const { folder, segments, packs } = await writeRuns(9);
  const { index, local } = await open(folder, segments);
  using _ = local;
  const [run = ""] = files(folder, ".run");
  const bytes = readFileSync(run);
  bytes[4096 + 100] = (bytes[4096 + 100] as number) ^ 1; // the first page of chunks
  writeFileSync(run, bytes);
  local.mergeBeside(segments);
  assert.equal(await local.mergedBeside(), "damaged");
  assert.equal(files(folder, ".run").length, 8);
  assert.equal(files(folder, ".draft").length, 0);
  const lost = packs.filter(({ frames: [frame] }) => index.find(frame?.ids as Uint8Array) === undefined);
  assert.equal(lost.length, 2, "those of one run, whose segment is read again");
});

test("opening ends although a run that was merged cannot be deleted", { timeout: 60_000 }, async (t) => {
  const { folder, segments, packs } = await writeRuns(9);
  const stays = new Set([...segments].slice(0, 4));
  const whole = await open(folder, segments, { mergedAtOnce: 1e6 });
  whole.local[Symbol.dispose]();
  const deleting = t.mock.method(RunFile.prototype, "remove", () => undefined);
  const { index, local } = await open(folder, stays, { mergedAtOnce: 1e6 });
  using _ = local;
  assert.ok(deleting.mock.callCount() > 0);
  deleting.mock.restore();
  framesOf(index, packs.slice(0, 8));
});

test("what a disk does not keep while it becomes a run stays in memory, and nothing fails for it", async (t) => {
  const { index, local } = await open(newFolder(), new Set());
  using _ = local;
  const pack = packOf(new SeededEntropy(SEED));
  index.addWritten(new Uint8Array(32), [pack]);
  const broken = t.mock.method(index.level.chunks, "sorted", () => {
    throw new LocalIndexDamagedError("its filter's draft", "it is not what was written");
  });
  local.spill(index, "now");
  assert.equal(broken.mock.callCount(), 1);
  broken.mock.restore();
  assert.equal(index.runs?.size, 0);
  framesOf(index, [pack]);
  local.spill(index, "now");
  assert.equal(index.runs.size, 0, "it is not tried again");
});

test("opening waits for a large merge only where the runs have become too many, and tells how far it is", async () => {
  const { folder, segments, packs } = await writeRuns(25);
  const told: IndexProgress[] = [];
  const { index, local } = await open(folder, segments, { onProgress: (progress) => told.push(progress) });
  using _ = local;
  assert.ok(files(folder, ".run").length <= 24);
  framesOf(index, packs);
  assert.deepEqual(told[0], { doing: "merging", doneBytes: 0, totalBytes: 17 * 16 * 64 });
});

test("an opening that is interrupted while it waits for a merge leaves every run", async () => {
  const { folder, segments, packs } = await writeRuns(25);
  const abort = new AbortController();
  const onProgress = (): void => {
    abort.abort();
  };
  await assert.rejects(open(folder, segments, { onProgress, signal: abort.signal }), InterruptedError);
  assert.deepEqual(files(folder, ".draft"), []);
  assert.equal(files(folder, ".run").length, 25);
  const { index, local } = await open(folder, segments);
  using _ = local;
  framesOf(index, packs);
});
