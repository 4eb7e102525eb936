import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { guid, MIB, ZERO_GUID } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import type { Disk } from "../../disk/index.ts";
import { CrashRecorder, SparseMemoryStore } from "../../disk/testing/index.ts";
import { checkVhdx } from "./check-vhdx.ts";
import { createVhdx } from "./create-vhdx.ts";
import { VhdxNotRecognisedError } from "./errors.ts";
import type { NewVhdx } from "./new-disk.ts";
import { openVhdx } from "./open-vhdx.ts";
import { openVhdxForWriting } from "./vhdx-writer.ts";

const SECTOR = 512;
const SIZE = 3 * MIB + 100 * SECTOR;
const SECTORS = SIZE / SECTOR;
const PARENT_FILL = 255;

/** The parent's sectors hold one byte value; the child's writes are numbered from 1 and fill their sectors with their number. */
const parent: Disk = {
  sizeBytes: SIZE,
  logicalSectorBytes: SECTOR,
  async read(target) {
    target.fill(PARENT_FILL);
  },
  async *extents() {
    yield { offset: 0, length: SIZE, kind: "data" };
  },
  async [Symbol.asyncDispose]() {
    // nothing is held
  },
};

interface Written {
  readonly value: number;
  readonly first: number;
  readonly count: number;
  /** Before the write began. */
  readonly moment: number;
}

interface History {
  readonly recorder: CrashRecorder;
  readonly writes: readonly Written[];
  /** The moment at which a flush had resolved, and how many writes it covers. */
  readonly flushes: readonly { readonly moment: number; readonly writes: number }[];
}

async function record(kind: NewVhdx["kind"], random: SeededEntropy, steps: number): Promise<History> {
  const store = new SparseMemoryStore();
  const linkage = { dataWriteGuid: guid("11111111-2222-4333-8444-555555555555"), relativePath: ".\\p.vhdx" };
  await createVhdx(store, {
    kind,
    virtualSizeBytes: SIZE,
    blockSizeBytes: MIB,
    entropy: random,
    ...(kind === "differencing" ? { parent: { ...linkage, virtualDiskId: linkage.dataWriteGuid } } : {}),
  });
  const recorder = new CrashRecorder(store);
  const writes: Written[] = [];
  const flushes: { moment: number; writes: number }[] = [];
  {
    await using disk = await openVhdxForWriting(recorder, {
      entropy: random,
      parent: kind === "differencing" ? parent : undefined,
    });
    for (let step = 0; step < steps; step++) {
      const value = 1 + (step % 250);
      const first = random.below(SECTORS);
      const count = Math.min(SECTORS - first, 1 + random.below(random.below(6) === 0 ? 3000 : 12));
      writes.push({ value, first, count, moment: recorder.moments });
      if (random.below(6) === 0) {
        writes[writes.length - 1] = { value: 0, first, count, moment: recorder.moments };
        await disk.writeZeros(first * SECTOR, count * SECTOR);
      } else {
        await disk.write(new Uint8Array(count * SECTOR).fill(value), first * SECTOR);
      }
      if (random.below(3) === 0) {
        await disk.flush();
        flushes.push({ moment: recorder.moments, writes: writes.length });
      }
    }
  }
  flushes.push({ moment: recorder.moments, writes: writes.length });
  return { recorder, writes, flushes };
}

/** Every sector holds what the last resolved flush promised, or something written since. */
async function assertPromise(
  disk: Disk,
  history: History,
  moment: number,
  emptyValue: number,
): Promise<void> {
  const promised = history.flushes.findLast((flush) => flush.moment <= moment)?.writes ?? 0;
  const expected = new Uint8Array(SECTORS).fill(emptyValue);
  for (const { value, first, count } of history.writes.slice(0, promised)) {
    expected.fill(value, first, first + count);
  }
  const later = history.writes.slice(promised).filter((write) => write.moment <= moment);
  const all = new Uint8Array(SIZE);
  await disk.read(all, 0);
  for (let sector = 0; sector < SECTORS; sector++) {
    const found = all[sector * SECTOR];
    assert.equal(found, all[sector * SECTOR + SECTOR - 1], `sector ${sector} is torn at moment ${moment}`);
    if (found === expected[sector]) continue;
    const isLater = later.some(
      ({ value, first, count }) => value === found && sector >= first && sector < first + count,
    );
    assert.ok(isLater, `sector ${sector} holds ${found}, not ${expected[sector]}, at moment ${moment}`);
  }
}

async function assertNoDamage(store: SparseMemoryStore): Promise<void> {
  for await (const finding of checkVhdx(store)) {
    // a header copy may be torn: that is what the other one is for
    if (finding.code === "header-copy-damaged") continue;
    assert.notEqual(finding.severity, "damage", finding.message);
  }
}

for (const kind of ["fixed", "dynamic", "differencing"] as const) {
  describe(`\`VhdxWriter\` over a ${kind} disk`, () => {
    const below = kind === "differencing" ? parent : undefined;
    const emptyValue = below === undefined ? 0 : PARENT_FILL;

    test("keeps every flushed write through a crash at any write", async () => {
      const seed = 31 + kind.length;
      console.log(`seed ${seed}`);
      const random = new SeededEntropy(seed);
      const history = await record(kind, random, 18);
      let dirty = 0;
      for (let moment = 0; moment <= history.recorder.moments; moment++) {
        for (const left of history.recorder.afterCrash(moment, random)) {
          await using file = await openVhdx(left.clone());
          if (file.facts.logReplayed) dirty++;
          await assertPromise(file.disk(below), history, moment, emptyValue);
          if (moment % 5 === 0) await assertNoDamage(left);
        }
      }
      assert.ok(kind === "fixed" || dirty > 10, `${dirty} states had something to replay`);
    });

    test("goes on after a crash, also after one in the replay", async () => {
      const random = new SeededEntropy(77 + kind.length);
      const history = await record(kind, random, 10);
      for (let moment = 0; moment <= history.recorder.moments; moment += 7) {
        for (const left of history.recorder.afterCrash(moment, random, 1)) {
          const again = new CrashRecorder(left);
          await using disk = await openVhdxForWriting(again, { entropy: random, parent: below });
          await assertPromise(disk, history, moment, emptyValue);
          for (let inner = 0; inner <= again.moments; inner++) {
            for (const twice of again.afterCrash(inner, random, 1)) {
              await using file = await openVhdx(twice);
              await assertPromise(file.disk(below), history, moment, emptyValue);
            }
          }
          await using replayed = await openVhdx(again.whole());
          assert.equal(replayed.structure.logGuid, ZERO_GUID);
        }
      }
    });
  });
}

test("`VhdxWriter` keeps its promise while the log goes round", async () => {
  const random = new SeededEntropy(5);
  const history = await record("differencing", random, 420);
  for (let moment = history.recorder.moments - 40; moment <= history.recorder.moments; moment++) {
    for (const left of history.recorder.afterCrash(moment, random, 1)) {
      await using file = await openVhdx(left);
      await assertPromise(file.disk(parent), history, moment, PARENT_FILL);
    }
  }
});

test("`createVhdx()` leaves nothing that looks like a disk before it is one", async () => {
  const random = new SeededEntropy(6);
  const recorder = new CrashRecorder(new SparseMemoryStore());
  await createVhdx(recorder, { kind: "fixed", virtualSizeBytes: 4 * MIB, entropy: random });
  for (let moment = 0; moment < recorder.moments; moment++) {
    for (const left of recorder.afterCrash(moment, random)) {
      try {
        await using file = await openVhdx(left);
        assert.equal(file.facts.virtualSizeBytes, 4 * MIB);
        await assertNoDamage(left);
      } catch (error) {
        assert.ok(error instanceof VhdxNotRecognisedError, String(error));
      }
    }
  }
});
