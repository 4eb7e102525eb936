import { windowsPathKey } from "../../places/index.ts";
import type { ActContext } from "../acts/act-context.ts";
import { namedFiles } from "../acts/remove-checkpoint.ts";
import { configurationFiles } from "../configuration/configuration-places.ts";
import { assumptionsOf } from "../state/assumptions.ts";
import { Release, releaseOf } from "../state/host-version.ts";
import { settingsOf } from "../state/lineage.ts";
import type { HeldMachineEntry } from "../state/program-state.ts";
import type { HostState, MachineEntry } from "../state/schema.ts";
import { type HostVolume, hostVolumes, volumeOfPath } from "./host-volumes.ts";
import { wordsOf } from "./vss-words.ts";

/** A machine as the Hyper-V VSS writer lists it: hyperv-facts 3.2. */
export interface WriterComponent {
  readonly machine: MachineEntry;
  readonly caption: string | undefined;
  readonly volumes: readonly HostVolume[];
}

/** The Hyper-V VSS writer, the same on every release (hyperv-facts 3.1). */
export const HYPERV_WRITER_ID = "66841cd4-6ded-4f4b-8f17-fd23f8ddc3de";
export const HYPERV_WRITER_NAME = "Microsoft Hyper-V VSS Writer";

/** Every machine is a component. */
export async function writerComponents(context: ActContext): Promise<readonly WriterComponent[]> {
  const { host } = context;
  if (releaseOf(host) >= Release.server2019 && !assumptionsOf(host).componentsSince2019) return [];
  const volumes = await hostVolumes(context);
  const found: WriterComponent[] = [];
  for (const machine of host.machines) {
    const own = await volumesOfMachine(context, machine, volumes);
    found.push({ machine, caption: captionOf(host, machine, own), volumes: own });
  }
  return found;
}

/** The volumes of its configuration, its disks and their parents. */
async function volumesOfMachine(
  context: ActContext,
  machine: MachineEntry,
  volumes: readonly HostVolume[],
): Promise<readonly HostVolume[]> {
  const settings = settingsOf(machine).flatMap((entry) => configurationFiles(context.host, entry));
  const files = [...settings, ...(await chainFiles(context, machine))];
  const own = new Set(files.map((path) => volumeOfPath(volumes, path)));
  return volumes.filter((volume) => own.has(volume));
}

async function chainFiles(context: ActContext, machine: MachineEntry): Promise<readonly string[]> {
  const found = new Map<string, string>();
  for (const leaf of namedFiles(machine)) {
    let path: string | undefined = leaf;
    while (path !== undefined && !found.has(windowsPathKey(path))) {
      found.set(windowsPathKey(path), path);
      if (!(await context.drives.exists(path))) break;
      ({ parentPath: path } = await context.disks.facts(path));
    }
  }
  return [...found.values()];
}

/**
 * How the writer would hold the machine now (hyperv-facts 3.1, 5.2): from 2012 R2 on by a checkpoint, with or without its
 * guest; before, with its guest, or it saves the machine.
 */
export function methodOf(
  host: HostState,
  machine: MachineEntry,
  volumes: readonly HostVolume[],
): HeldMachineEntry["how"] {
  const isModern = releaseOf(host) >= Release.server2012R2;
  if (machine.state !== "running") return "standing";
  const isForbidden = isModern && machine.checkpointType === "disabled";
  if (isForbidden && assumptionsOf(host).disabledTypeWriter === "saves") return "saved";
  const { vss } = machine.guest;
  const hasContact = vss === "ok" || vss === "failing";
  if (hasContact && (isModern || isBesideDisks(host, machine, volumes))) return "guest";
  return isModern ? "still" : "saved";
}

/** On 2012 and before, the guest's own checkpoint must lie on its disks' volume: hyperv-facts 3.1. */
function isBesideDisks(host: HostState, machine: MachineEntry, volumes: readonly HostVolume[]): boolean {
  if (assumptionsOf(host).checkpointsBesideDisks === "not-needed") return true;
  const places = [...machine.disks.flatMap(({ path }) => path ?? []), machine.configurationRoot];
  return new Set(places.map((path) => volumeOfPath(volumes, path)?.root)).size === 1;
}

/** hyperv-facts 3.2. */
function captionOf(
  host: HostState,
  machine: MachineEntry,
  volumes: readonly HostVolume[],
): string | undefined {
  const { captions } = wordsOf(host);
  const isModern = releaseOf(host) >= Release.server2012R2;
  const takesPart = methodOf(host, machine, volumes) === "guest";
  const modern = takesPart ? captions.guest : captions.still;
  const words = isModern ? modern : takesPart ? captions.classicGuest : captions.classicSaved;
  switch (assumptionsOf(host).writerCaption) {
    case "missing":
      return undefined;
    case "other-words":
      return `${captions.other}\\${machine.name}`;
    case "name-first":
      return `${machine.name}(${words})`;
    case "method-first":
    default:
      return `${words}\\${machine.name}`;
  }
}
