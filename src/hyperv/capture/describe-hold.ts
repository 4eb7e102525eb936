import type { Consistency, Notice, Uncovered } from "../../base/index.ts";
import { isCovered } from "../forecast/coverage.ts";
import { keepsDisk } from "../forecast/excluded-disks.ts";
import type { Forecast } from "../forecast/forecast-types.ts";
import type { HeldDisk } from "../held-machine.ts";
import type { DiskExclusion } from "../hold-wishes.ts";
import { byPlace, placeText } from "../inventory/attached-disks.ts";
import type { CheckpointInventory, MachineInventory, MachineTree } from "../inventory/machine-inventory.ts";
import { filesOfSettings } from "./held-files.ts";
import type { HeldFacts } from "./held-until-released.ts";
import type { HostAccess } from "./host-access.ts";
import { imageWarnings } from "./image-warnings.ts";
import type { CheckpointLevel } from "./make-checkpoint.ts";
import { decideMemory } from "./memory-decision.ts";
import { configurationWarnings, readTree } from "./read-tree.ts";

/** What is known when the checkpoint stands. */
export interface Standing {
  readonly forecast: Forecast;
  /** As it was before the hold. */
  readonly before: MachineInventory;
  /** As it is after it. */
  readonly after: MachineTree;
  readonly checkpoint: CheckpointInventory;
  readonly level: CheckpointLevel;
  /** Why the level is lower than the forecast's, where it is. */
  readonly fallback?: Notice | undefined;
  readonly attempts: number;
  readonly interruptedSeconds: number;
  readonly exclusions: readonly DiskExclusion[];
}

/** Puts together what a held machine tells: disks, files, tree, memory, coverage, and the label. */
export async function describeHold(access: HostAccess, standing: Standing): Promise<HeldFacts> {
  const { before, after, checkpoint, forecast, level, exclusions } = standing;
  const own = await filesOfSettings(access.files, checkpoint);
  const tree = await readTree(access.files, after, exclusions);
  const files = [...own.files, ...tree.files];
  const memory = decideMemory(before, { checkpoint, files: own.files, level });
  const { disks, missing } = heldDisks(before, checkpoint, exclusions);
  const asked = forecast.consistency ?? "crash";
  const reached = reachedOf(standing, memory.kept ? "kept" : "lost");
  const fallback = standing.fallback === undefined ? [] : [standing.fallback];
  return {
    machine: { id: before.id, name: before.name },
    asked,
    reached,
    method: "recovery-checkpoint",
    checkpointKind: standing.fallback === undefined ? forecast.checkpointKind : "standard",
    interruptedSeconds: standing.interruptedSeconds,
    attempts: standing.attempts,
    heldAt: access.clock.now(),
    memory,
    forecast,
    files,
    disks,
    tree: tree.tree,
    uncovered: [...forecast.uncovered, ...missing.map(uncoveredDisk), ...tree.uncovered],
    warnings: [
      ...forecast.warnings,
      ...fallback,
      ...differsInMemory(asked, reached),
      ...missing.map((path) => notice("disk-not-in-checkpoint", `${path} is not in the checkpoint`)),
      ...configurationWarnings(own.files, own.problems),
      ...(await imageWarnings(access, before)),
    ],
  };
}

/** What was reached: the guest's level where it took part, else what the disks are like. */
function reachedOf(standing: Standing, memory: "kept" | "lost"): Consistency {
  const { forecast, level } = standing;
  if (level === "application") return forecast.consistency ?? "crash";
  return forecast.consistency === "saved" && memory === "kept" ? "saved" : "crash";
}

function differsInMemory(asked: Consistency, reached: Consistency): readonly Notice[] {
  if (asked !== "saved" || reached === "saved") return [];
  const message =
    "the machine is saved, but its saved state is not in what was held: its disks are like after a power cut";
  return [notice("forecast-differs", message)];
}

/** The checkpoint's own list is the truth: it is what was frozen. */
function heldDisks(
  before: MachineInventory,
  checkpoint: CheckpointInventory,
  exclusions: readonly DiskExclusion[],
): { readonly disks: readonly HeldDisk[]; readonly missing: readonly string[] } {
  const keeps = keepsDisk(before, exclusions);
  const disks = checkpoint.disks
    .filter(isCovered)
    .filter(keeps)
    .flatMap((disk): HeldDisk[] => {
      const { controller, number, location, path } = disk;
      return path === undefined ? [] : [{ controller, number, location, viewLeaf: path }];
    });
  const missing = before.disks
    .filter((disk) => isCovered(disk) && keeps(disk) && !disks.some((held) => byPlace(held, disk) === 0))
    .map((disk) => disk.path ?? placeText(disk));
  return { disks: disks.sort(byPlace), missing };
}

function uncoveredDisk(path: string): Uncovered {
  return { disk: path, why: "the host did not make it part of the checkpoint" };
}

function notice(code: string, message: string): Notice {
  return { code, message };
}
