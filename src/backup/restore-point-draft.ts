import type { Notice, Uncovered } from "../base/index.ts";
import type { CheckpointNode, HeldMachine, HostFacts } from "../hyperv/index.ts";
import type { CheckpointRecord, RestorePointDraft } from "../vault/index.ts";
import type { StoredFiles } from "./store-files.ts";

export interface DraftFacts {
  readonly held: HeldMachine;
  readonly host: HostFacts;
  readonly stored: StoredFiles;
  readonly started: Temporal.Instant;
  /** Holds of this machine in this run, all together. */
  readonly attempts: number;
  readonly interruptedSeconds: number;
  readonly uncovered: readonly Uncovered[];
  readonly warnings: readonly Notice[];
  readonly leftBehind: readonly string[];
}

/** What the restore point will say; JSON-safe. Machine and checkpoint ids are in upper case, as Windows prints them. */
export function restorePointDraft(facts: DraftFacts): RestorePointDraft {
  const { held, host, stored } = facts;
  return {
    machine: { id: held.machine.id.toUpperCase(), name: held.machine.name },
    host: { name: host.name, ...(host.caption !== "" && { system: host.caption }) },
    started: facts.started.toString(),
    held: held.heldAt.toString(),
    asked: held.asked,
    consistency: held.reached,
    method: held.method,
    checkpointKind: held.checkpointKind,
    interruptedSeconds: facts.interruptedSeconds,
    attempts: facts.attempts,
    memory: {
      kept: held.memory.kept,
      ...(held.memory.reason !== undefined && { reason: held.memory.reason }),
    },
    files: stored.files,
    disks: held.disks.map(({ controller, number, location, viewLeaf }) => ({
      controller,
      number,
      location,
      viewLeaf,
    })),
    tree: {
      checkpoints: held.tree.checkpoints.map(checkpointRecord),
      current: held.tree.current?.toUpperCase() ?? null,
    },
    uncovered: facts.uncovered,
    warnings: facts.warnings,
    fullReadReasons: stored.fullReadReasons,
    forecast: held.forecast,
    leftBehind: facts.leftBehind,
    counts: stored.counts,
  };
}

/** The warning for a machine that is less consistent than its forecast said, or undefined. */
export function forecastDiffers(held: HeldMachine): Notice | undefined {
  const { consistency, checkpointKind } = held.forecast;
  if (consistency === held.reached && checkpointKind === held.checkpointKind) return undefined;
  if (held.warnings.some((warning) => warning.code === "forecast-differs")) return undefined;
  return {
    code: "forecast-differs",
    message: `the forecast was ${consistency ?? "no backup"} (checkpoint: ${checkpointKind}), reached was ${held.reached} (checkpoint: ${held.checkpointKind})`,
  };
}

function checkpointRecord(node: CheckpointNode): CheckpointRecord {
  return {
    id: node.id.toUpperCase(),
    name: node.name,
    created: node.created?.toString() ?? "",
    parent: node.parent?.toUpperCase() ?? null,
    type: node.type,
    memory: node.memory,
    disks: node.disks.map(({ controller, number, location, path }) => ({
      controller,
      number,
      location,
      path,
    })),
    files: node.files.map((file) => file.path),
    ...(node.madeForMemory === true && { madeForMemory: true }),
  };
}
