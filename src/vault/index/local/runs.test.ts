import assert from "node:assert/strict";
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import * as fc from "fast-check";
import { hexFromBytes } from "../../../base/index.ts";
import { SeededEntropy } from "../../../base/testing/index.ts";
import { LocalIndexDamagedError } from "./errors.ts";
import { compareKeys, type Key, readKey } from "./keys.ts";
import { PAGE_BYTES } from "./layout.ts";
import { mergeRuns } from "./merge-runs.ts";
import type { RunFile } from "./run-file.ts";
import { RunFolder } from "./run-folder.ts";
import { RunSet } from "./run-set.ts";
import { writeRun } from "./write-run.ts";

const SEED = Number(process.env["STILLPOINT_SEED"] ?? 20261122);
const VAULT = new SeededEntropy(1).bytes(16);
const scratch = mkdtempSync(join(tmpdir(), "stillpoint-runs-"));
after(() => {
  rmSync(scratch, { recursive: true, force: true });
});

/** A pack of one segment: ids by frame. */
interface ModelPack {
  readonly digest: Uint8Array;
  readonly frames: readonly (readonly Uint8Array[])[];
}

interface ModelSegment {
  readonly digest: Uint8Array;
  readonly packs: readonly ModelPack[];
}

let folders = 0;
function newFolder(): RunFolder {
  return new RunFolder(join(scratch, `${folders++}`), VAULT);
}

function keyOf(id: Uint8Array): Key {
  const key: Key = { partition: 0, a: 0, b: 0, c: 0 };
  readKey(id, 0, key);
  return key;
}

/** As a spill writes it, made here from the model alone. */
function write(segments: readonly ModelSegment[], folder: RunFolder, filterBytes = 1 << 16): string {
  const packs = segments.flatMap((segment) => segment.packs);
  const frames = packs.flatMap((pack, number) => pack.frames.map((ids) => ({ ids, pack: number })));
  const chunks = frames.flatMap(({ ids }, frame) => ids.map((id) => ({ key: keyOf(id), frame })));
  const names = packs.map(({ digest }, number) => ({ key: keyOf(digest), number }));
  const place = folder.newPlace(filterBytes);
  let first = 0;
  const starts = segments.map((segment) => {
    const firstPack = first;
    first += segment.packs.length;
    return { digest: segment.digest, firstPack, packCount: segment.packs.length };
  });
  writeRun(
    {
      chunkCount: chunks.length,
      packCount: packs.length,
      chunks: (add) => {
        for (const { key, frame } of chunks.toSorted((x, y) => compareKeys(x.key, y.key))) add(key, frame);
      },
      names: (add) => {
        for (const { key, number } of names.toSorted((x, y) => compareKeys(x.key, y.key))) add(key, number);
      },
      frames: (add) => {
        frames.forEach(({ ids, pack }, frame) => {
          add({ pack, offset: 176 + frame, sealedBytes: 1000 + frame, chunkCount: ids.length });
        });
      },
      packs: (add) => {
        let firstFrame = 0;
        for (const { digest, frames } of packs) {
          add({ digest, sizeBytes: 5000, firstFrame, frameCount: frames.length });
          firstFrame += frames.length;
        }
      },
      segments: starts,
    },
    place,
  );
  return place.path;
}

function segmentsOf(
  seed: number,
  counts: { segments: number; packs: number; frames: number; chunks: number },
): ModelSegment[] {
  const entropy = new SeededEntropy(seed);
  return Array.from({ length: counts.segments }, () => ({
    digest: entropy.bytes(32),
    packs: Array.from({ length: counts.packs }, () => ({
      digest: entropy.bytes(32),
      frames: Array.from({ length: counts.frames }, () =>
        Array.from({ length: counts.chunks }, () => entropy.bytes(32)),
      ),
    })),
  }));
}

/** Where each chunk is by the model: packs by name and which of their frames. */
function model(segments: readonly ModelSegment[]): Map<string, Set<string>> {
  const places = new Map<string, Set<string>>();
  for (const { packs } of segments) {
    for (const { digest, frames } of packs) {
      frames.forEach((ids, frame) => {
        for (const id of ids) {
          const key = hexFromBytes(id.subarray(0, 13));
          places.set(key, (places.get(key) ?? new Set()).add(`${hexFromBytes(digest)}:${frame}`));
        }
      });
    }
  }
  return places;
}

function found(runs: RunSet, id: Uint8Array): Set<string> {
  const places = new Set<string>();
  for (const frame of runs.lookUp(keyOf(id)).filter((_, i) => i % 2 === 0)) {
    const { pack } = runs.frame(frame);
    const { digest, firstFrame } = runs.pack(pack);
    places.add(`${hexFromBytes(digest)}:${frame - firstFrame}`);
  }
  return places;
}

function assertLike(runs: RunSet, segments: readonly ModelSegment[], strangers: readonly Uint8Array[]): void {
  for (const [key, places] of model(segments)) {
    const id = Buffer.alloc(32);
    id.set(Buffer.from(key, "hex"));
    assert.deepEqual(found(runs, id), places);
  }
  for (const id of strangers) assert.equal(runs.lookUp(keyOf(id)).length, 0);
  for (const { packs } of segments) {
    for (const { digest } of packs) {
      const [number, ...others] = runs.packsNamed(digest);
      assert.ok(number !== undefined && others.length === 0);
      assert.deepEqual(Buffer.from(runs.pack(number).digest), Buffer.from(digest));
      assert.ok(runs.packsUnder(digest[0] as number).includes(number));
    }
  }
}

/** Ids as chance makes them, ids that share all but their ends, and repeats. */
const anyId = fc.oneof(
  fc.uint8Array({ minLength: 32, maxLength: 32 }),
  fc
    .integer({ min: 0, max: 5 })
    .map((last) => Uint8Array.from({ length: 32 }, (_, i) => (i === 12 ? last : 7))),
);
const anySegments = fc.array(
  fc.array(fc.array(fc.array(anyId, { minLength: 1, maxLength: 30 }), { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 4,
  }),
  { minLength: 1, maxLength: 5 },
);

test("runs find the chunks that a plain map finds, alone, beside others and merged, and no others", () => {
  let names = 0;
  const name = (): Uint8Array => new SeededEntropy(1_000_000 + names++).bytes(32);
  fc.assert(
    fc.property(
      anySegments,
      fc.array(anyId),
      fc.integer({ min: 0, max: 1 << 12 }),
      (drawn, others, filterBytes) => {
        const segments = drawn.map((packs) => ({
          digest: name(),
          packs: packs.map((frames) => ({ digest: name(), frames })),
        }));
        const known = model(segments);
        const strangers = others.filter((id) => !known.has(hexFromBytes(id.subarray(0, 13))));
        const folder = newFolder();
        for (const segment of segments) write([segment], folder, filterBytes);
        {
          using runs = setOf(folder.open(), filterBytes);
          assert.equal(runs.size, segments.length);
          assertLike(runs, segments, strangers);
        }
        merge(folder, () => true, filterBytes);
        using runs = setOf(folder.open(), filterBytes);
        assert.equal(runs.size, 1);
        assertLike(runs, segments, strangers);
      },
    ),
    { seed: SEED, numRuns: 40 },
  );
});

test("a merge leaves out what segments said that are gone, and renumbers the rest", () => {
  const segments = segmentsOf(3, { segments: 6, packs: 3, frames: 4, chunks: 5 });
  const folder = newFolder();
  write(segments.slice(0, 3), folder);
  write(segments.slice(3), folder);
  const stays = segments.filter((_, i) => i % 2 === 0);
  const names = new Set(stays.map(({ digest }) => hexFromBytes(digest)));
  merge(folder, (digest) => names.has(hexFromBytes(digest)));
  using runs = setOf(folder.open());
  assert.deepEqual(runs.segments(), names);
  assert.equal(runs.packCount, 9);
  assert.equal(runs.frameCount, 36);
  const gone = segments
    .filter((_, i) => i % 2 === 1)
    .flatMap(({ packs }) => packs.flatMap(({ frames }) => frames.flat()));
  assertLike(runs, stays, gone);
});

test("more ids of one place than a page holds flow into the next pages, and are found there", () => {
  const entropy = new SeededEntropy(4);
  const near = (): Uint8Array => {
    const id = entropy.bytes(32);
    id.fill(9, 0, 5);
    return id;
  };
  const frames = Array.from({ length: 20 }, () => Array.from({ length: 50 }, near));
  const segments = [{ digest: entropy.bytes(32), packs: [{ digest: entropy.bytes(32), frames }] }];
  const folder = newFolder();
  write(segments, folder, 0);
  using runs = setOf(folder.open());
  assertLike(runs, segments, Array.from({ length: 200 }, near));
});

test("segments that are gone take their packs with them, and those that are there keep theirs", () => {
  const segments = segmentsOf(5, { segments: 2, packs: 2, frames: 1, chunks: 1 });
  const folder = newFolder();
  write(segments, folder);
  using runs = setOf(folder.open());
  const [first, second] = segments as [ModelSegment, ModelSegment];
  const numberOf = ({ packs }: ModelSegment): number =>
    runs.packsNamed((packs[1] as ModelPack).digest)[0] as number;
  assert.equal(runs.keepOnly(new Set([hexFromBytes(second.digest)])), true);
  assert.equal(runs.keepOnly(new Set([hexFromBytes(second.digest)])), false);
  assert.deepEqual([runs.isThere(numberOf(first)), runs.isThere(numberOf(second))], [false, true]);
});

test("every place has a number of its own, below `places`, whatever run and page it is in", () => {
  const segments = segmentsOf(7, { segments: 3, packs: 40, frames: 3, chunks: 4 });
  const ids = segments.flatMap(({ packs }) => packs.flatMap(({ frames }) => frames.flat()));
  const folder = newFolder();
  for (const segment of segments) write([segment], folder);
  using runs = setOf(folder.open());
  assert.equal(runs.size, 3);
  const places = new Set<number>();
  for (const id of ids) {
    const found = runs.lookUp(keyOf(id));
    assert.ok(found.length >= 2);
    for (let i = 1; i < found.length; i += 2) places.add(found[i] as number);
  }
  assert.equal(places.size, runs.chunkCount);
  assert.ok(Math.max(...places) < runs.places);
});

test("every page of a run with a byte changed anywhere is noticed, the run deleted, and nothing wrong is found", () => {
  const segments = segmentsOf(6, { segments: 3, packs: 40, frames: 3, chunks: 4 });
  const ids = segments.flatMap(({ packs }) => packs.flatMap(({ frames }) => frames.flat()));
  const places = model(segments);
  const folder = newFolder();
  const path = write(segments, folder);
  const good = readFileSync(path);
  const random = new SeededEntropy(SEED);
  for (let page = 0; page * PAGE_BYTES < good.length; page++) {
    // a byte of each field of the head, one of the first record, and one anywhere
    for (const at of [0, 4, 8, 12, 17, random.below(PAGE_BYTES)]) {
      const bad = Buffer.from(good);
      bad[page * PAGE_BYTES + at] = (bad[page * PAGE_BYTES + at] as number) ^ (1 << random.below(8));
      writeFileSync(path, bad);
      const files = folder.open();
      if (files.length === 0) continue; // noticed at once: the head, or the list of segments
      using runs = setOf(files);
      for (const id of ids) {
        try {
          for (const place of found(runs, id))
            assert.ok(places.get(hexFromBytes(id.subarray(0, 13)))?.has(place));
        } catch (error) {
          assert.ok(error instanceof LocalIndexDamagedError);
        }
      }
      runs.prove();
      assert.equal(runs.damagedRuns, 1, `page ${page}, byte ${at}`);
      assert.deepEqual(readdirSync(folder.path), []);
    }
  }
});

test("a run that is cut off anywhere, or of another vault, is none", () => {
  const segments = segmentsOf(7, { segments: 1, packs: 2, frames: 2, chunks: 3 });
  const folder = newFolder();
  const path = write(segments, folder);
  const good = readFileSync(path);
  for (const length of [0, 1, 100, PAGE_BYTES, good.length - PAGE_BYTES, good.length - 1]) {
    writeFileSync(path, good.subarray(0, length));
    assert.deepEqual(folder.open(), []);
  }
  writeFileSync(path, good);
  assert.deepEqual(new RunFolder(folder.path, new SeededEntropy(2).bytes(16)).open(), []);
});

test("pages that changed their places are noticed", () => {
  const segments = segmentsOf(8, { segments: 1, packs: 100, frames: 3, chunks: 3 });
  const folder = newFolder();
  const path = write(segments, folder, 0);
  const good = readFileSync(path);
  const file = openSync(path, "r+");
  writeSync(file, good, PAGE_BYTES, PAGE_BYTES, 2 * PAGE_BYTES);
  writeSync(file, good, 2 * PAGE_BYTES, PAGE_BYTES, PAGE_BYTES);
  closeSync(file);
  using runs = setOf(folder.open());
  runs.prove();
  assert.equal(runs.damagedRuns, 1);
});

test("a merge that was killed before its end leaves the old runs, after it the new one; drafts of the dead go", () => {
  const segments = segmentsOf(9, { segments: 4, packs: 2, frames: 2, chunks: 6 });
  const folder = newFolder();
  for (const segment of segments) write([segment], folder);
  const draft = join(folder.path, "ab12.999999999.draft");
  writeFileSync(draft, "half a run");
  {
    using runs = setOf(folder.open());
    assert.equal(runs.size, 4);
    assertLike(runs, segments, []);
  }
  assert.ok(!readdirSync(folder.path).includes("ab12.999999999.draft"));
  const inputs = folder.open();
  mergeRuns(
    inputs.map((run) => ({ run, isThere: () => true })),
    folder.newPlace(0),
  );
  for (const run of inputs) run[Symbol.dispose](); // killed here: old and new are there
  assert.equal(readdirSync(folder.path).length, 5);
  using runs = setOf(folder.open());
  assert.equal(runs.size, 1);
  assertLike(runs, segments, []);
  assert.equal(readdirSync(folder.path).length, 1);
});

test("a run that could not be written leaves no draft behind, while its program goes on", () => {
  const folder = newFolder();
  const place = folder.newPlace(0);
  const nothing = (): void => undefined;
  const content = {
    chunkCount: 0,
    packCount: 0,
    chunks: nothing,
    names: nothing,
    frames: nothing,
    segments: [],
  };
  const packs = (): void => {
    throw new RangeError("no room");
  };
  assert.throws(() => writeRun({ ...content, packs }, place), RangeError);
  assert.deepEqual(readdirSync(folder.path), []);
});

test("a program goes on reading runs that another one merged and deleted", () => {
  const segments = segmentsOf(10, { segments: 4, packs: 2, frames: 2, chunks: 6 });
  const folder = newFolder();
  for (const segment of segments) write([segment], folder);
  using reader = setOf(folder.open());
  merge(folder, () => true);
  assertLike(reader, segments, []);
});

test("filters take no more memory than they may, and look-ups are right without them", () => {
  const segments = segmentsOf(11, { segments: 3, packs: 5, frames: 4, chunks: 20 });
  const folder = newFolder();
  for (const segment of segments) write([segment], folder, 500);
  using runs = setOf(folder.open(), 1000);
  const loaded = runs.files
    .filter(({ hasFilter }) => hasFilter)
    .reduce((sum, { filterBytes }) => sum + filterBytes, 0);
  assert.ok(loaded > 0 && loaded <= 1000, `${loaded} bytes`);
  assertLike(runs, segments, [new SeededEntropy(12).bytes(32)]);
});

function setOf(files: readonly RunFile[], filterBytes = 1 << 20): RunSet {
  const runs = new RunSet({ filterBytes });
  for (const file of files) runs.add(file);
  runs.loadFilters();
  return runs;
}

function merge(folder: RunFolder, isThere: (digest: Uint8Array) => boolean, filterBytes = 1 << 16): void {
  const files = folder.open();
  mergeRuns(
    files.map((run) => ({ run, isThere: ({ digest }) => isThere(digest) })),
    folder.newPlace(filterBytes),
  );
  for (const file of files) {
    file.remove();
    file[Symbol.dispose]();
  }
}
