import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostGeneration } from "../inventory/host-generation.ts";
import type { MachineInventory } from "../inventory/machine-inventory.ts";
import { codesOf, on } from "../testing/forecast-on.ts";
import { checkpointOf, diskOf } from "../testing/index.ts";

test("`forecastMachine()` warns of what its administrator should know before the hold", () => {
  const cases: readonly (readonly [HostGeneration, Partial<MachineInventory>, string])[] = [
    ["2012r2", { generation: 1, scsiControllers: 0 }, "scsi-controller-missing"],
    ["2019", { vtpm: true }, "vtpm-bound-to-host"],
    ["2019", { power: "paused" }, "memory-not-kept"],
    ["2019", { healthCritical: true }, "machine-health-critical"],
    ["2019", { missingCheckpoints: 2 }, "checkpoint-missing"],
    ["2019", { suspendedMerge: "Microsoft:x" }, "merge-suspended"],
    ["2019", { disks: [diskOf({ path: "D:\\M\\m_1.avhdx" })] }, "checkpoint-disk-orphaned"],
    ["2019", { puzzles: ["a checkpoint of it has no id"] }, "host-answer-unclear"],
  ];
  for (const [host, changed, code] of cases) assert.deepEqual(codesOf(on(host, changed)), [code]);
  const current = checkpointOf();
  const chained = on("2019", { disks: [diskOf({ path: "D:\\M\\m_1.avhdx" })], checkpoints: [current] });
  assert.deepEqual(codesOf(chained), []);
});
