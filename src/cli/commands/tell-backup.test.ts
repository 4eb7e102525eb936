import assert from "node:assert/strict";
import { test } from "node:test";
import type { BackupResult } from "../../app/index.ts";
import { guid, parseRestorePointId } from "../../base/index.ts";
import { type Output, PLAIN, tableText } from "../output/index.ts";
import { tellBackup } from "./tell-backup.ts";

const ID = parseRestorePointId("0123456789abcdef0123456789abcdef");
assert.ok(ID);

const POINT = {
  id: ID,
  machine: { id: guid("7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B02"), name: "db01" },
  asked: "crash",
  consistency: "crash",
  method: "recovery-checkpoint",
  checkpointKind: "standard",
  memory: { kept: false, reason: "none" },
  interruptedSeconds: 0,
  attempts: 1,
  files: [],
  uncovered: [{ disk: "SCSI 0:1", why: "It is a physical disk", bytes: 1024 }],
  warnings: [
    { code: "after-command-failed", message: "its after command failed" },
    { code: "vtpm-bound-to-host", message: "It has a virtual TPM" },
  ],
  fullReadReason: [],
  bytesRead: 2048,
  bytesReadMetadata: 0,
  bytesNew: 1024,
  bytesStored: 512,
  leftBehind: [],
  commands: [],
} satisfies BackupResult["points"][number];

function told(result: Partial<BackupResult>, before: readonly string[] = []): readonly string[] {
  const said: string[] = [];
  const output = {
    say: (text) => void said.push(text),
    table: (table) => void said.push(tableText(table, PLAIN)),
  } satisfies Pick<Output, "say" | "table"> as unknown as Output;
  const whole = {
    points: [],
    failed: [],
    skipped: [],
    warnings: [],
    endedBy: undefined,
    proposals: new Map(),
  };
  const cleaned = { removed: [], leftBehind: [] };
  tellBackup({ ...whole, cleaned, ...result }, { output, paint: PLAIN }, new Set(before));
  return said;
}

test("`tellBackup()` tells what is not covered and each warning with its code, but for those that were told meanwhile", () => {
  assert.deepEqual(told({ points: [POINT] }, ["its after command failed"]).slice(1), [
    [
      "db01",
      "  not covered: SCSI 0:1 (1.00 KiB): It is a physical disk",
      "  warning It has a virtual TPM [vtpm-bound-to-host]",
    ].join("\n"),
    "nothing was left behind on the host",
    "what to do: stillpoint explain after-command-failed, stillpoint explain vtpm-bound-to-host",
  ]);
});

test("`tellBackup()` tells what was skipped, what belongs to no machine, and what was left behind", () => {
  const skipped = [
    {
      machine: { ...POINT.machine, name: "old01" },
      code: "machine-gone",
      message: "it is not there any more",
    },
  ];
  const warnings = [{ code: "exclusion-without-disk", message: "it fits no disk" }];
  const point = { ...POINT, uncovered: [], warnings: [], leftBehind: ["a checkpoint"] };
  assert.deepEqual(told({ points: [point], skipped, warnings }).slice(1), [
    "old01: skipped, it is not there any more [machine-gone]",
    "warning it fits no disk [exclusion-without-disk]",
    "left behind on the host: db01: a checkpoint",
    "what to do: stillpoint explain machine-gone, stillpoint explain exclusion-without-disk",
  ]);
});
