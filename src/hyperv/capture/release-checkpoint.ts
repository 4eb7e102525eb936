import { type Guid, InterruptedError, type Notice, StillpointError } from "../../base/index.ts";
import type { CimReference } from "../../cim/index.ts";
import { CLASS, DISK_MERGE, METHOD, VIRTUALIZATION_V2 } from "../cim-names.ts";
import type { MachineTree } from "../inventory/machine-inventory.ts";
import type { WaitOptions } from "../machine-host.ts";
import { otherNodeOf } from "./cluster-owners.ts";
import { type HostAccess, readMachineTree, serviceOf } from "./host-access.ts";
import { callHost } from "./host-job.ts";
import { standingFiles, watchMerge } from "./merge-watch.ts";
import { checkpointsOfKind, kindWords, type RecoveryCustody } from "./recovery-custody.ts";
import { standingDisks } from "./standing-disks.ts";

/** Something that the host is at work on may keep a checkpoint from being removed for a while. */
const RETRY_PAUSES_MS = [500, 2_000, 8_000, 30_000];
const REMOVAL_LIMIT_MS = 30 * 60_000;
const SETTING_LIMIT_MS = 60_000;

/** A checkpoint that is known to be ours. */
export type OwnedCheckpoint = RecoveryCustody & { readonly checkpoint: Guid };

export interface Released {
  /** One sentence for each thing that is left; empty: looked at, and nothing is. */
  readonly leftBehind: readonly string[];
  readonly warnings: readonly Notice[];
}

/**
 * Removes our checkpoint, watches the merge to its end, looks that nothing is left, and strikes the journal
 * entry. Where something is left behind the entry stays, and the next start tries again. The signal only ends the
 * waiting for the merge. Refusals of the host and lost connections are sentences too, never thrown.
 */
export async function releaseCheckpoint(
  access: HostAccess,
  owned: OwnedCheckpoint,
  options: WaitOptions = {},
): Promise<Released> {
  const released = await unlessUnknown(owned, async () => {
    const done = await removeAndWatch(access, owned, options);
    if (done.leftBehind.length === 0) await access.journal.strike(owned.entry);
    return done;
  });
  const name = `machine "${owned.machineName}"`;
  return { ...released, leftBehind: released.leftBehind.map((sentence) => `${name}: ${sentence}`) };
}

/** The same without the journal, and without the machine's name in its sentences. */
export async function removeCheckpoint(
  access: HostAccess,
  owned: OwnedCheckpoint,
  options: WaitOptions = {},
): Promise<Released> {
  return await unlessUnknown(owned, async () => await removeAndWatch(access, owned, options));
}

async function unlessUnknown(owned: OwnedCheckpoint, work: () => Promise<Released>): Promise<Released> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StillpointError)) throw error;
    const sentence =
      error instanceof InterruptedError
        ? `its ${kindWords(owned)} is removed, and its disks are still being merged by the host`
        : `whether its ${kindWords(owned)} ${owned.checkpoint} is gone is not known: ${error.message}`;
    return { leftBehind: [sentence], warnings: [] };
  }
}

async function removeAndWatch(
  access: HostAccess,
  owned: OwnedCheckpoint,
  options: WaitOptions,
): Promise<Released> {
  const { checkpoint } = owned;
  const machine = await readMachineTree(access, owned.machine);
  if (machine === undefined) return await machineGone(access, owned);
  const standing = owned.standing ?? (await standingDisks(access, { machine, custody: owned, checkpoint }));
  if (machine.suspendedMerge !== undefined) await resumeMerging(access, machine.id, machine.suspendedMerge);
  const refusal = await destroy(access, machine, owned);
  const leftBehind =
    refusal === undefined
      ? await watchMerge(access, { machine, expected: { checkpoint, standing } }, options)
      : [`its ${kindWords(owned)} ${checkpoint} could not be removed: ${refusal}`];
  return { leftBehind, warnings: [] };
}

/** Deleted, or moved to another host: what is left here is files at the most. On another node the journal keeps it. */
async function machineGone(access: HostAccess, owned: OwnedCheckpoint): Promise<Released> {
  const place = await otherNodeOf(access, owned.machine);
  if (place !== undefined) {
    const sentence = `it is on node "${place.node}" of the cluster now, with its ${kindWords(owned)} ${owned.checkpoint}: the next backup from that node removes it`;
    return { leftBehind: [sentence], warnings: [] };
  }
  const message = `machine "${owned.machineName}" is not on this host any more; if it was moved, its ${kindWords(owned)} ${owned.checkpoint} went with it`;
  return {
    leftBehind: await standingFiles(access.files, owned.standing ?? []),
    warnings: [{ code: "machine-gone", message }],
  };
}

/** The host's last sentence when it refuses for good; undefined when the checkpoint is gone. */
async function destroy(
  access: HostAccess,
  machine: MachineTree,
  owned: OwnedCheckpoint,
): Promise<string | undefined> {
  const standing = checkpointsOfKind(machine, owned);
  const target = standing.find(({ id }) => id === owned.checkpoint)?.reference;
  if (target === undefined) return undefined;
  let refusal = await destroyOnce(access, target);
  for (const pause of RETRY_PAUSES_MS) {
    if (refusal === undefined || (await access.session.get(target)) === undefined) return undefined;
    await access.clock.sleep(pause);
    refusal = await destroyOnce(access, target);
  }
  return refusal !== undefined && (await access.session.get(target)) === undefined ? undefined : refusal;
}

async function destroyOnce(access: HostAccess, target: CimReference): Promise<string | undefined> {
  const outcome = await callHost(access, {
    target: await serviceOf(access, CLASS.checkpointService),
    method: METHOD.destroyCheckpoint,
    arguments: { AffectedSnapshot: target },
    limitMs: REMOVAL_LIMIT_MS,
  });
  if (outcome.kind === "done") return undefined;
  if (outcome.kind === "failed") return `${outcome.sentence} (${outcome.code})`;
  return outcome.kind === "vanished"
    ? "its host job is gone, and the checkpoint is not"
    : "the host job that removes it does not come to an end";
}

/**
 * A merge that somebody suspended never starts (an export without disks does that, hyperv-facts 2.5). Whether the host wants
 * the InstanceID that it lists, or the machine's own, nobody has seen (docs/unconfirmed.md, merge-instance).
 */
async function resumeMerging(access: HostAccess, machine: Guid, listed: string): Promise<void> {
  for (const instanceId of new Set([listed, `Microsoft:${machine.toUpperCase()}`])) {
    if (await enableMerging(access, instanceId)) return;
  }
}

/** Whether the host did it. What stays suspended is seen by the disks that are not merged. */
async function enableMerging(access: HostAccess, instanceId: string): Promise<boolean> {
  const outcome = await callHost(access, {
    target: await serviceOf(access, CLASS.managementService),
    method: METHOD.modifyDiskMerge,
    arguments: {
      SettingData: {
        kind: "instance",
        className: CLASS.diskMergeSettings,
        reference: {
          kind: "reference",
          namespace: VIRTUALIZATION_V2,
          className: CLASS.diskMergeSettings,
          keys: { InstanceID: instanceId },
        },
        properties: { InstanceID: instanceId, EnabledState: DISK_MERGE.enabled },
      },
    },
    limitMs: SETTING_LIMIT_MS,
  });
  return outcome.kind === "done";
}
