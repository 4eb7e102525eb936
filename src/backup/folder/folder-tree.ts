import type { Guid } from "../../base/index.ts";
import type { CheckpointNode, HeldFile, HeldTree } from "../../hyperv/index.ts";
import { hostFileName } from "../host-path.ts";
import { fileRole } from "./file-role.ts";
import type { FolderDisks } from "./folder-disks.ts";
import type { FoundConfiguration } from "./read-configurations.ts";
import type { FolderMachine } from "./scan-folder.ts";

/**
 * The checkpoints that the configurations of a folder speak of, parents first. Who is whose parent is known only where the
 * machine's own list says so (docs/unconfirmed.md, vmcx-checkpoint-list); others are roots. Which one the machine descends
 * from is not said in any file.
 */
export function folderTree(
  found: readonly FoundConfiguration[],
  context: { readonly machine: FolderMachine; readonly disks: FolderDisks },
): HeldTree {
  const listed = found
    .filter(({ configuration }) => configuration.kind === "machine")
    .flatMap(({ configuration }) => configuration.checkpoints);
  const nodes = found
    .filter(({ configuration }) => configuration.kind === "checkpoint")
    .map(({ path, configuration }): CheckpointNode => {
      const entry = listed.find((checkpoint) => checkpoint.id === configuration.settingsId);
      const id = configuration.settingsId;
      const files = filesOf(path, id, context.machine);
      return {
        id,
        name: entry?.name ?? configuration.name,
        created: entry?.createdAt ?? configuration.createdAt ?? null,
        parent: entry?.parentId ?? null,
        type: "unknown",
        memory: files.some((file) => file.role === "memory" || file.role === "runtime"),
        disks: configuration.disks.flatMap(({ controller, number, location, path: hostPath }) => {
          const disk = hostPath === undefined ? undefined : context.disks.find(hostPath);
          return disk === undefined || controller === "floppy"
            ? []
            : [{ controller, number, location, path: disk }];
        }),
        files,
      };
    });
  return { checkpoints: parentsFirst(nodes), current: null };
}

/** The configuration and the state files beside it that have its name. */
function filesOf(path: string, checkpoint: Guid, machine: FolderMachine): readonly HeldFile[] {
  const stem = path.replace(/\.[^./]*$/, "").toLowerCase();
  return machine.files
    .filter((file) => {
      const own = file.replace(/\.[^./]*$/, "").toLowerCase();
      return own === stem || own === `${stem}/${hostFileName(stem)}`;
    })
    .map((file) => {
      const role = fileRole(file);
      return { path: file, role: role === "disk" ? "other" : role, checkpoint };
    });
}

function parentsFirst(nodes: readonly CheckpointNode[]): readonly CheckpointNode[] {
  const known = new Set(nodes.map((node) => node.id));
  const sorted: CheckpointNode[] = [];
  const done = new Set<Guid>();
  let waiting = nodes.map((node) =>
    node.parent !== null && known.has(node.parent) ? node : { ...node, parent: null },
  );
  while (waiting.length > 0) {
    const ready = waiting.filter((node) => node.parent === null || done.has(node.parent));
    // a circle of parents is no tree: its members become roots
    const next = ready.length > 0 ? ready : waiting.map((node) => ({ ...node, parent: null }));
    for (const node of next) done.add(node.id);
    sorted.push(...next);
    waiting = waiting.filter((node) => !done.has(node.id));
  }
  return sorted;
}
