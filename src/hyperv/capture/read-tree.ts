import type { Notice, Uncovered } from "../../base/index.ts";
import { type HostFiles, windowsPathKey } from "../../places/index.ts";
import { isCovered } from "../forecast/coverage.ts";
import { keepsDisk } from "../forecast/excluded-disks.ts";
import type { CheckpointNode, HeldFile, HeldTree } from "../held-machine.ts";
import type { DiskExclusion } from "../hold-wishes.ts";
import type { MachineTree } from "../inventory/machine-inventory.ts";
import { filesOfSettings } from "./held-files.ts";

/** The user checkpoints with what of them can be read. */
export interface TreeReading {
  readonly tree: HeldTree;
  readonly files: readonly HeldFile[];
  readonly uncovered: readonly Uncovered[];
}

/** Finds the files of every user checkpoint; one whose configuration is not found is named as uncovered. */
export async function readTree(
  hostFiles: HostFiles,
  machine: MachineTree,
  exclusions: readonly DiskExclusion[] = [],
): Promise<TreeReading> {
  const keeps = keepsDisk(machine, exclusions);
  const checkpoints: CheckpointNode[] = [];
  const uncovered: Uncovered[] = [];
  for (const checkpoint of machine.checkpoints) {
    const { id, name, created, parent, type, memory } = checkpoint;
    const found = await filesOfSettings(hostFiles, { ...checkpoint, checkpoint: id });
    const disks = checkpoint.disks
      .filter(isCovered)
      .filter(keeps)
      .flatMap(({ controller, number, location, path }) => {
        return path === undefined ? [] : [{ controller, number, location, path }];
      });
    checkpoints.push({ id, name, created, parent, type, memory, disks, files: found.files });
    if (!found.files.some(({ role }) => role === "configuration")) {
      const why = found.problems[0] ?? "its configuration is not where the host says it is";
      uncovered.push({ disk: `checkpoint "${name}"`, why });
    }
  }
  const files = distinct(checkpoints.flatMap((node) => node.files));
  return { tree: { checkpoints, current: machine.current }, files, uncovered };
}

function distinct(files: readonly HeldFile[]): readonly HeldFile[] {
  return [...new Map(files.map((file) => [windowsPathKey(file.path), file])).values()];
}

/** Says so when the configuration of the held machine was not found. */
export function configurationWarnings(
  files: readonly HeldFile[],
  problems: readonly string[],
): readonly Notice[] {
  if (files.some(({ role }) => role === "configuration")) return [];
  const why = problems[0] ?? "the host says where it is, and it is not there";
  return [
    {
      code: "configuration-not-found",
      message: `the configuration of the held machine is not covered: ${why}`,
    },
  ];
}
