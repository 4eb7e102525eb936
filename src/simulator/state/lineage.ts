import { SimulatedActRefusedError } from "../errors.ts";
import type {
  CheckpointEntry,
  DiskEntry,
  FrozenDiskEntry,
  HostState,
  MachineEntry,
  RecoveryCheckpointEntry,
} from "./schema.ts";

/** A settings object of Hyper-V: the live one, a user checkpoint's or a recovery checkpoint's (hyperv-facts 1.3). */
export interface SettingsEntry {
  readonly machine: MachineEntry;
  readonly kind: "live" | "checkpoint" | "recovery";
  readonly id: string;
  readonly name: string;
  readonly created: string | undefined;
  /** Id of the checkpoint that it descends from. */
  readonly parent: string | null;
  readonly disks: readonly (DiskEntry | FrozenDiskEntry)[];
  readonly memory: boolean;
}

export function settingsOf(machine: MachineEntry): readonly SettingsEntry[] {
  const current = currentCheckpoint(machine);
  const live: SettingsEntry = {
    machine,
    kind: "live",
    id: machine.id,
    name: machine.name,
    created: machine.startedAt,
    parent: current,
    disks: machine.disks,
    memory: machine.state === "saved",
  };
  const user = machine.checkpoints.map((entry) => settings(machine, entry, "checkpoint"));
  const recovery = recoveryCheckpoints(machine).map((entry) =>
    settings(machine, { ...entry, parent: current }, "recovery"),
  );
  return [live, ...user, ...recovery];
}

function settings(
  machine: MachineEntry,
  entry: Pick<CheckpointEntry, "id" | "name" | "created" | "parent" | "disks" | "memory">,
  kind: "checkpoint" | "recovery",
): SettingsEntry {
  const { id, name, created, parent, disks, memory } = entry;
  return { machine, kind, id, name, created, parent, disks, memory };
}

export function recoveryCheckpoints(machine: MachineEntry): readonly RecoveryCheckpointEntry[] {
  return machine.recoveryCheckpoints ?? [];
}

/** The checkpoint that the machine's present state descends from. */
export function currentCheckpoint(machine: MachineEntry): string | null {
  if (machine.currentCheckpoint !== undefined) return machine.currentCheckpoint;
  const newest = machine.checkpoints.toSorted((a, b) => (a.created < b.created ? 1 : -1))[0];
  return newest?.id ?? null;
}

/** By name or id, in any case. @throws {SimulatedActRefusedError} */
export function machineOf(host: HostState, nameOrId: string): MachineEntry {
  const id = nameOrId.toUpperCase();
  const found =
    host.machines.find((machine) => machine.id === id) ??
    host.machines.find((machine) => machine.name === nameOrId);
  if (found === undefined) {
    throw new SimulatedActRefusedError(
      `Cannot use the machine "${nameOrId}": the host "${host.name}" has none of that name or id`,
    );
  }
  return found;
}

/** A user checkpoint by name or id. @throws {SimulatedActRefusedError} */
export function checkpointOf(machine: MachineEntry, nameOrId: string): CheckpointEntry {
  const id = nameOrId.toUpperCase();
  const found =
    machine.checkpoints.find((entry) => entry.id === id) ??
    machine.checkpoints.find((entry) => entry.name === nameOrId);
  if (found === undefined) {
    throw new SimulatedActRefusedError(
      `Cannot use the checkpoint "${nameOrId}": the machine "${machine.name}" has none of that name or id`,
    );
  }
  return found;
}

/** Whether a worker process runs the machine, and so holds its leaves and its live files open. */
export function hasWorker(machine: MachineEntry): boolean {
  return machine.state !== "off" && machine.state !== "saved";
}
