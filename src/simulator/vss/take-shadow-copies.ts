import { newGuid } from "../../base/index.ts";
import { parseWindowsPath, windowsFileName, windowsPathKey } from "../../places/index.ts";
import { doom } from "../acts/doomed-files.ts";
import { seededBytes } from "../acts/seeded-bytes.ts";
import { configurationPlaces } from "../configuration/configuration-places.ts";
import { assumptionsOf } from "../state/assumptions.ts";
import { settingsOf } from "../state/lineage.ts";
import type { ShadowCopyEntry } from "../state/program-state.ts";
import type { MachineEntry } from "../state/schema.ts";
import type { DiskshadowRun } from "./diskshadow-run.ts";
import { hostVolumes, mountedIn, volumeNamed, volumeOfPath } from "./host-volumes.ts";

const DEVICE = "\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy";

/** Copies the volumes as they are now, and lets the writer recover in the copies what guests prepared (hyperv-facts 3.6). */
export async function takeShadowCopies(run: DiskshadowRun, set: string): Promise<readonly ShadowCopyEntry[]> {
  const { context, session } = run;
  const volumes = await hostVolumes(context);
  const taken: ShadowCopyEntry[] = [];
  const created = context.clock.now().toString();
  let number = context.host.lastShadowCopy ?? 0;
  for (const { root, alias } of session.volumes) {
    const volume = volumeNamed(volumes, root);
    if (volume === undefined) continue;
    const device = deviceOf(root, { set, number: ++number });
    await context.drives.copyVolume(root, device, mountedIn(volumes, volume));
    const id = newGuid(context.entropy);
    taken.push({ id, set, alias, root, device, created, count: session.volumes.length });
  }
  await recover(run, taken);
  context.host.lastShadowCopy = number;
  context.host.shadowCopies = [...(context.host.shadowCopies ?? []), ...taken];
  return taken;
}

/** Takes shadow copies away; their files go when the state that does not name them is on disk. */
export function dropShadowCopies(run: DiskshadowRun, gone: readonly ShadowCopyEntry[]): void {
  const { context } = run;
  if (gone.length === 0) return;
  context.host.shadowCopies = (context.host.shadowCopies ?? []).filter((shadow) => !gone.includes(shadow));
  for (const { device } of gone) doom(context, device);
}

/** The place in a shadow copy of what lies on a volume; undefined where its volume is not among them. */
function inShadow(run: DiskshadowRun, taken: readonly ShadowCopyEntry[], path: string): string | undefined {
  const volumes = run.session.volumes.map(({ root }) => ({ root, name: undefined }));
  const volume = volumeOfPath(volumes, path);
  const shadow = taken.find(({ root }) => root === volume?.root);
  if (volume === undefined || shadow === undefined) return undefined;
  const names = parseWindowsPath(path)?.names ?? [];
  const below = names.slice(parseWindowsPath(volume.root)?.names.length ?? 0);
  return [shadow.device, ...below].join("\\");
}

/** What the guests' writers put right is in the shadow copies only. */
async function recover(run: DiskshadowRun, taken: readonly ShadowCopyEntry[]): Promise<void> {
  const { context, session } = run;
  for (const { machine: id, how, checkpoint } of session.held ?? []) {
    const machine = context.host.machines.find((one) => one.id === id);
    if (machine !== undefined && how === "saved") await dropSavedFiles(run, taken, machine);
    if (machine === undefined || how !== "guest") continue;
    for (const [at, disk] of machine.disks.entries()) {
      if (disk.path === undefined || disk.shared !== undefined) continue;
      const hasOwn = checkpoint !== undefined && assumptionsOf(context.host).autoRecoveryDisk;
      const path = hasOwn ? await addRecoveryDisk(run, { taken, leaf: disk.path }) : disk.path;
      await writeRecovery(run, machine, { disk: at, path: inShadow(run, taken, path) });
    }
  }
}

async function dropSavedFiles(
  run: DiskshadowRun,
  taken: readonly ShadowCopyEntry[],
  machine: MachineEntry,
): Promise<void> {
  const { host, drives } = run.context;
  const live = settingsOf(machine).find(({ kind }) => kind === "live");
  if (live === undefined || assumptionsOf(host).savedFilesInShadow) return;
  const { runtime, memory } = configurationPlaces(host, live);
  for (const path of [runtime, memory]) {
    const copied = path === undefined ? undefined : inShadow(run, taken, path);
    if (copied !== undefined) await drives.remove(copied);
  }
}

/**
 * `m.vhdx ← m_<guid>.avhdx ← m_<guid>-AutoRecovery.avhdx`, the last one in the shadow copy alone; its locators name the
 * original places.
 */
async function addRecoveryDisk(
  run: DiskshadowRun,
  disk: { readonly taken: readonly ShadowCopyEntry[]; readonly leaf: string },
): Promise<string> {
  const { taken, leaf } = disk;
  const child = leaf.replace(/(\.[^.\\]*)$/, "-AutoRecovery$1");
  const [shadowChild, shadowLeaf] = [inShadow(run, taken, child), inShadow(run, taken, leaf)];
  if (shadowChild === undefined || shadowLeaf === undefined) return leaf;
  await run.context.disks.freeze(shadowLeaf, shadowChild, { child, parent: leaf });
  return child;
}

/** `guest.recovery` of the scenario: what the guest's writers change in its disks when they recover. */
async function writeRecovery(
  run: DiskshadowRun,
  machine: MachineEntry,
  place: { readonly disk: number; readonly path: string | undefined },
): Promise<void> {
  const { path } = place;
  if (path === undefined) return;
  for (const { disk, offset, length, seed } of machine.guest.recovery ?? []) {
    if (disk !== place.disk) continue;
    await run.context.disks.write(path, { offset, bytes: seededBytes(seed, length), sameSession: false });
  }
}

/** Shares have no device: their shadow copy is a share of the same server (hyperv-facts 3.5). */
function deviceOf(root: string, made: { readonly set: string; readonly number: number }): string {
  const share = parseWindowsPath(root)?.root ?? "";
  const isShare = share.startsWith("\\\\") && windowsFileName(root) === "";
  if (!isShare || windowsPathKey(share).startsWith("\\\\?")) return `${DEVICE}${made.number}`;
  return `${share}@{${made.set.toLowerCase()}}`;
}
