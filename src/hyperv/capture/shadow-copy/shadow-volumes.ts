import { StillpointError } from "../../../base/index.ts";
import { parseWindowsPath, windowsPathKey } from "../../../places/index.ts";
import { isCovered } from "../../forecast/coverage.ts";
import type { MachineInventory, SettingsPlaces } from "../../inventory/machine-inventory.ts";
import type { WaitOptions } from "../../machine-host.ts";
import { parentPathOf } from "../disk-parents.ts";
import type { HostAccess } from "../host-access.ts";
import type { WantedVolume } from "./diskshadow-script.ts";
import type { ListedComponent } from "./writer-listing.ts";

const LONGEST_CHAIN = 256;
const CLUSTER_FOLDER = "CLUSTERSTORAGE";

/** Every place where the host says that a file of the machine lies: chains, checkpoints, configuration. */
export async function placesOfMachine(
  access: HostAccess,
  machine: MachineInventory,
  options: WaitOptions = {},
): Promise<readonly string[]> {
  const disks = [...machine.disks, ...machine.checkpoints.flatMap((checkpoint) => checkpoint.disks)];
  const chains = new Map<string, string>();
  for (const { path } of disks.filter(isCovered)) {
    if (path !== undefined) await addChain(access, path, { chains, machine, ...options });
  }
  const settings = [machine, ...machine.checkpoints].flatMap(({ places }) => foldersOf(places));
  const checkpointRoot = machine.checkpoints.length > 0 ? [machine.places.checkpointDataRoot] : [];
  const suspendRoot = machine.power === "saved" ? [machine.places.suspendDataRoot] : [];
  const roots = [...settings, ...checkpointRoot, ...suspendRoot].filter((root) => root !== undefined);
  return [...chains.values(), ...roots];
}

/**
 * The volumes that hold these places, each once. The writer's own word on its volumes is used where there is one: it
 * knows volumes that are mounted in folders, which a path does not tell.
 */
export function volumesOf(
  places: readonly string[],
  component: Pick<ListedComponent, "volumes">,
): readonly WantedVolume[] {
  const mounts = component.volumes.flatMap(({ volume, mount }) =>
    mount === undefined ? [] : [{ volume, root: withBackslash(mount) }],
  );
  const roots = new Map<string, string>();
  for (const place of [...mounts.map(({ root }) => root), ...places]) {
    const root = rootOf(place, mounts);
    if (root !== undefined && !roots.has(windowsPathKey(root))) roots.set(windowsPathKey(root), root);
  }
  return [...roots.values()].map((root, at) => {
    const device = mounts.find((mount) => windowsPathKey(mount.root) === windowsPathKey(root))?.volume;
    return { root, name: nameOf(root, device), device, alias: `Stillpoint${at}` };
  });
}

/** Whether `path` is `folder` or lies below it. */
export function isBelow(path: string, folder: string): boolean {
  const [key, root] = [windowsPathKey(path), windowsPathKey(folder)];
  return key === root || key.startsWith(`${root}\\`);
}

interface Mount {
  readonly volume: string;
  readonly root: string;
}

function rootOf(place: string, mounts: readonly Mount[]): string | undefined {
  const mounted = mounts
    .map(({ root }) => root)
    .filter((root) => isBelow(place, root))
    .sort((a, b) => b.length - a.length)[0];
  const parsed = parseWindowsPath(place);
  if (parsed === undefined) return undefined;
  const [first, second] = parsed.names;
  const isCluster = first?.toUpperCase() === CLUSTER_FOLDER && second !== undefined;
  const usual = isCluster ? `${parsed.root}\\${first}\\${second}\\` : `${parsed.root}\\`;
  return mounted === undefined || mounted.length < usual.length ? usual : mounted;
}

/** A letter is written as a letter, a folder as its volume's own name where that is known: it is plain ASCII. */
function nameOf(root: string, device: string | undefined): string {
  const short = root.replace(/\\$/, "");
  if (/^[a-z]:$/i.test(short) || short.startsWith("\\\\")) return short;
  return device ?? root;
}

function withBackslash(text: string): string {
  return text.endsWith("\\") ? text : `${text}\\`;
}

function foldersOf(places: SettingsPlaces): readonly string[] {
  const { configurationDataRoot, guestStateDataRoot } = places;
  return [configurationDataRoot, guestStateDataRoot].filter((root) => root !== undefined);
}

async function addChain(
  access: HostAccess,
  leaf: string,
  context: WaitOptions & { readonly chains: Map<string, string>; readonly machine: MachineInventory },
): Promise<void> {
  const { chains, machine, signal } = context;
  const namespace = machine.reference?.namespace;
  let current: string | undefined = leaf;
  for (let depth = 0; depth < LONGEST_CHAIN && current !== undefined; depth++) {
    if (chains.has(windowsPathKey(current))) return;
    chains.set(windowsPathKey(current), current);
    current = await knownParent(access, current, { signal, namespace });
  }
}

/** A host that cannot say it is no obstacle: a volume that is missed is named when the file is not found in the copy. */
async function knownParent(
  access: HostAccess,
  path: string,
  options: WaitOptions & { readonly namespace: string | undefined },
): Promise<string | undefined> {
  try {
    return (await parentPathOf(access, path, options)) ?? undefined;
  } catch (error) {
    const isAnswer =
      error instanceof StillpointError && ["host-fault", "host-answer-malformed"].includes(error.code);
    if (!isAnswer) throw error;
    return undefined;
  }
}
