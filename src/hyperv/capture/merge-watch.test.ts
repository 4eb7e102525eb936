import assert from "node:assert/strict";
import { test } from "node:test";
import { guid } from "../../base/index.ts";
import { FakeClock } from "../../base/testing/index.ts";
import type { CimInstance } from "../../cim/index.ts";
import { accessTo, listedFiles } from "../testing/access-to.ts";
import { diskRows, hostRows, machineOf, ROW_MACHINE, ScriptedSession } from "../testing/index.ts";
import { watchMerge } from "./merge-watch.ts";

const CHECKPOINT = guid("9c0d1e2f-0000-4000-8000-0000000000ff");
const STANDING = "D:\\M\\m_1.avhdx";
const SYSTEM = "Msvm_ComputerSystem";
const FILES = "Msvm_StorageAllocationSettingData";

interface Scene {
  readonly session: ScriptedSession;
  readonly clock: FakeClock;
  /** Lets the host be merging, or not. */
  readonly merging: (is: "merging" | "idle") => void;
  /** Lets the machine's disk be another file. */
  readonly disk: (path: string) => void;
  readonly watch: (files?: readonly string[]) => Promise<readonly string[]>;
}

function scene(): Scene {
  const session = new ScriptedSession({ rows: hostRows() });
  const clock = new FakeClock();
  const [host, machine] = session.rows[SYSTEM] ?? [];
  const merging = (is: "merging" | "idle"): void => {
    const OperationalStatus = is === "merging" ? [11, 32_772] : [2];
    const changed = { ...machine, properties: { ...machine?.properties, OperationalStatus } };
    session.rows[SYSTEM] = [host, changed] as readonly CimInstance[];
  };
  const disk = (path: string): void => {
    session.rows[FILES] = [diskRows(ROW_MACHINE, { controller: "scsi", location: 0, path }).allocation];
  };
  const watch = async (files: readonly string[] = []): Promise<readonly string[]> =>
    await watchMerge(accessTo(session, { clock, files: listedFiles(files) }), {
      machine: machineOf({ reference: machine?.reference }),
      expected: { checkpoint: CHECKPOINT, standing: [STANDING] },
    });
  return { session, clock, merging, disk, watch };
}

test("`watchMerge()` is content when the disk is what it was and the checkpoint's file is gone", async () => {
  assert.deepEqual(await scene().watch(), []);
});

test("`watchMerge()` waits as long as the host merges, and looks again after it", async () => {
  const { session, clock, merging, disk, watch } = scene();
  merging("merging");
  disk(STANDING);
  const get = session.get.bind(session);
  session.get = async (reference) => {
    if (clock.monotonicMs() > 3 * 3_600_000) {
      merging("idle");
      disk("D:\\M\\m.vhdx");
    }
    return await get(reference);
  };
  assert.deepEqual(await watch(), []);
  assert.ok(clock.monotonicMs() > 3 * 3_600_000);
});

test("`watchMerge()` names a disk that is not merged, after it has given the host time to begin", async () => {
  const { clock, disk, watch } = scene();
  disk(STANDING);
  assert.deepEqual(await watch(), [
    `its disk SCSI 0:0 still is the checkpoint disk "${STANDING}", not merged`,
  ]);
  assert.ok(clock.monotonicMs() >= 45_000 && clock.monotonicMs() < 60_000);
});

test("`watchMerge()` names a file that stayed although no disk uses it", async () => {
  assert.deepEqual(await scene().watch([STANDING]), [`the checkpoint disk "${STANDING}" is still there`]);
});

test("`watchMerge()` calls a merge stuck after twelve hours", async () => {
  const { clock, merging, watch } = scene();
  merging("merging");
  assert.deepEqual(await watch(), ["its disks are still being merged, for twelve hours now"]);
  assert.ok(clock.monotonicMs() >= 12 * 3_600_000);
});
