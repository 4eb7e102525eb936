import type { Guid } from "../../base/index.ts";
import { CimAnswerError, type CimInstance, type CimReference } from "../../cim/index.ts";
import { isOurs } from "../checkpoint-name.ts";
import {
  CLASS,
  FIRST_BUILD_WITH_GUEST_BACKUP_TYPE,
  GUEST_BACKUP_COPY,
  LEVEL,
  METHOD,
  RECOVERY_CHECKPOINT_TYPE,
  USER_CHECKPOINT_TYPE,
} from "../cim-names.ts";
import { settingsId } from "../inventory/checkpoint-settings.ts";
import type { CheckpointInventory, MachineInventory } from "../inventory/machine-inventory.ts";
import { keyOfTarget, ownerOfInstanceId } from "../inventory/object-path.ts";
import { type HostAccess, readMachineTree, serviceOf } from "./host-access.ts";
import { callHost } from "./host-job.ts";
import { type CustodyKeeper, checkpointsOfKind, type RecoveryCustody } from "./recovery-custody.ts";

export type CheckpointLevel = keyof typeof LEVEL;

/** `failed`: the host says that it made none. `lost`: nobody says what became of it. */
export type MakingOutcome =
  | { readonly kind: "made"; readonly checkpoint: Guid }
  | { readonly kind: "lost"; readonly sentence: string }
  | { readonly kind: "failed"; readonly code: number; readonly sentence: string; readonly cause?: unknown };

/** Applications may take ten minutes to hold still; beyond this nobody is at work any more. */
const MAKING_LIMIT_MS = 45 * 60_000;

/**
 * Makes a checkpoint at one level and finds out which one it is: by the job's affected element, never by order.
 * The journal already knows that one is about to be made; it learns the job's and the checkpoint's id here.
 */
export async function makeCheckpoint(
  access: HostAccess,
  custody: CustodyKeeper,
  request: {
    readonly machine: MachineInventory;
    /** `memory`: not for backup, but as a user makes one, by the machine's own setting. */
    readonly level: CheckpointLevel | "memory";
    readonly signal?: AbortSignal | undefined;
    readonly onLook?: (() => Promise<void>) | undefined;
  },
): Promise<MakingOutcome> {
  const { machine, level, signal } = request;
  if (machine.reference === undefined) {
    throw new CimAnswerError(`Cannot hold "${machine.name}": the host did not name its instance`);
  }
  // a job of an attempt before says nothing about what is asked for now
  if (custody.facts.job !== undefined) await custody.amend({ job: "" });
  const outcome = await callHost(access, {
    target: await serviceOf(access, CLASS.checkpointService, { signal }),
    method: METHOD.createCheckpoint,
    arguments: {
      AffectedSystem: machine.reference,
      SnapshotSettings: level === "memory" ? null : checkpointRequest(access, level),
      SnapshotType: level === "memory" ? USER_CHECKPOINT_TYPE : RECOVERY_CHECKPOINT_TYPE,
    },
    signal,
    onLook: request.onLook,
    limitMs: MAKING_LIMIT_MS,
    onJob: async (job: CimReference) => {
      await custody.amend({ job: keyOfTarget(job, "InstanceID") ?? "" });
    },
  });
  if (outcome.kind === "failed") return outcome;
  if (outcome.kind === "endless") {
    return { kind: "lost", sentence: "the host job did not come to an end and was told to stop" };
  }
  const named =
    outcome.kind === "done"
      ? (affectedCheckpoint(outcome.affected) ??
        ownerOfInstanceId(keyOfTarget(outcome.out["ResultingSnapshot"], "InstanceID") ?? ""))
      : undefined;
  const checkpoint = named ?? (await newCheckpoint(access, custody.facts, signal))?.id;
  if (checkpoint === undefined) {
    return { kind: "lost", sentence: "the host job is gone, and there is no new checkpoint" };
  }
  await custody.amend({ checkpoint });
  return { kind: "made", checkpoint };
}

/** GuestBackupType `copy` leaves the logs of the guest's applications to those who own that chain. */
function checkpointRequest(access: HostAccess, level: CheckpointLevel): CimInstance {
  const knowsBackupType = access.host.build >= FIRST_BUILD_WITH_GUEST_BACKUP_TYPE;
  return {
    kind: "instance",
    className: CLASS.checkpointSettings,
    properties: {
      ConsistencyLevel: LEVEL[level],
      IgnoreNonSnapshottableDisks: true,
      ...(knowsBackupType ? { GuestBackupType: GUEST_BACKUP_COPY } : {}),
    },
  };
}

/** The checkpoint among what a host job made. */
export function affectedCheckpoint(affected: readonly CimInstance[]): Guid | undefined {
  return affected
    .filter((instance) => instance.className === CLASS.settings)
    .map(settingsId)
    .find((id) => id !== undefined);
}

/** For a job object that vanished: a single new checkpoint of the kind that nobody has named is its work. */
async function newCheckpoint(
  access: HostAccess,
  custody: RecoveryCustody,
  signal: AbortSignal | undefined,
): Promise<CheckpointInventory | undefined> {
  const machine = await readMachineTree(access, custody.machine, { signal });
  const standing = machine === undefined ? [] : checkpointsOfKind(machine, custody);
  const found = standing.filter(({ id, name }) => !custody.before.includes(id) && !isOurs(name));
  return found.length === 1 ? found[0] : undefined;
}
