import type { Guid } from "../../base/index.ts";
import {
  HostFileError,
  type HostFiles,
  joinWindowsPath,
  windowsFileName,
  windowsNameKey,
  windowsParentFolder,
  windowsPathKey,
} from "../../places/index.ts";
import type { HeldFile, HeldFileRole } from "../held-machine.ts";
import type { SettingsPlaces } from "../inventory/machine-inventory.ts";

export interface SettingsFiles {
  readonly files: readonly HeldFile[];
  /** Why a folder could not be looked into, one sentence each. */
  readonly problems: readonly string[];
}

const ROLES: Readonly<Record<string, HeldFileRole>> = {
  vmcx: "configuration",
  xml: "configuration",
  exp: "configuration",
  vmgs: "guest-state",
  bin: "memory",
  vsv: "memory",
};
/** Virtual disks and their trackers lie beside a configuration at times; they are held as disks. */
const DISKS: ReadonlySet<string> = new Set(["vhd", "vhdx", "avhd", "avhdx", "vhds", "rct", "mrt"]);

/**
 * The files of one settings object, found by its own words: `<root>\<ConfigurationFile>` with its siblings of the same
 * stem, `<root>\Snapshots\<ConfigurationID>.*`, the folder of that name that older versions use, and the guest state.
 */
export async function filesOfSettings(
  files: HostFiles,
  settings: {
    readonly places: SettingsPlaces;
    /** Whether a runtime file of it holds memory. */
    readonly memory: boolean;
    readonly checkpoint?: Guid | undefined;
  },
): Promise<SettingsFiles> {
  const found = new Map<string, HeldFile>();
  const problems: string[] = [];
  const take = (path: string): void => {
    const file = heldFile(path, settings);
    if (file !== undefined) found.set(windowsPathKey(path), file);
  };
  for (const { folder, stem } of seats(settings.places)) {
    try {
      for (const path of await filesOfStem(files, folder, stem)) take(path);
    } catch (error) {
      if (!(error instanceof HostFileError)) throw error;
      problems.push(error.message);
    }
  }
  return { files: [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1)), problems };
}

interface Seat {
  readonly folder: string;
  readonly stem: string;
}

/** Where its files may lie, each place once. */
function seats(places: SettingsPlaces): readonly Seat[] {
  const { configurationId, configurationDataRoot, configurationFile, checkpointDataRoot } = places;
  const found: Seat[] = [];
  const addFile = (root: string | undefined, file: string | undefined): void => {
    if (root === undefined || file === undefined) return;
    const path = joinWindowsPath(root, file);
    const folder = windowsParentFolder(path);
    if (folder !== undefined) found.push({ folder, stem: stemOf(windowsFileName(path)) });
  };
  addFile(configurationDataRoot, configurationFile);
  addFile(places.suspendDataRoot, configurationFile);
  addFile(places.guestStateDataRoot, places.guestStateFile);
  if (configurationId !== undefined) {
    for (const root of [configurationDataRoot, checkpointDataRoot]) {
      if (root !== undefined)
        found.push({ folder: joinWindowsPath(root, "Snapshots"), stem: configurationId });
    }
  }
  const byKey = new Map(found.map((seat) => [seatKey(seat), seat]));
  return [...byKey.values()];
}

function seatKey(seat: Seat): string {
  return `${windowsPathKey(seat.folder)}\\${windowsNameKey(seat.stem)}`;
}

async function filesOfStem(files: HostFiles, folder: string, stem: string): Promise<readonly string[]> {
  const wanted = windowsNameKey(stem);
  const paths: string[] = [];
  for (const entry of await files.list(folder)) {
    const path = joinWindowsPath(folder, entry.name);
    if (entry.kind === "file" && windowsNameKey(stemOf(entry.name)) === wanted) paths.push(path);
    if (entry.kind === "folder" && windowsNameKey(entry.name) === wanted) {
      const inside = await files.list(path);
      paths.push(
        ...inside.filter(({ kind }) => kind === "file").map(({ name }) => joinWindowsPath(path, name)),
      );
    }
  }
  return paths;
}

function heldFile(
  path: string,
  settings: { readonly memory: boolean; readonly checkpoint?: Guid | undefined },
): HeldFile | undefined {
  const ending = windowsFileName(path).split(".").at(-1)?.toLowerCase() ?? "";
  if (DISKS.has(ending)) return undefined;
  const runtime: HeldFileRole = settings.memory ? "memory" : "runtime";
  const role = ending === "vmrs" ? runtime : (ROLES[ending] ?? "other");
  return settings.checkpoint === undefined ? { path, role } : { path, role, checkpoint: settings.checkpoint };
}

function stemOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? name : name.slice(0, dot);
}
