import { joinWindowsPath } from "../../places/index.ts";
import { Release, releaseOf, usesXml } from "../state/host-version.ts";
import type { SettingsEntry } from "../state/lineage.ts";
import type { HostState } from "../state/schema.ts";

/** Where a settings object's files lie: hyperv-facts 1.3, 2.5, 3.2, 4. */
export interface ConfigurationPlaces {
  /** The folder that relative names start from. */
  readonly root: string;
  /** Relative to the root. */
  readonly configurationFile: string;
  readonly configuration: string;
  /** `.vmrs`; on hosts with XML the saved devices, `.vsv`. */
  readonly runtime: string;
  /** Memory of a saved state beside `.vsv`; undefined where `.vmrs` holds it. */
  readonly memory: string | undefined;
  /** `.vmgs`, from Windows Server 2019 on for generation 2 and virtual TPM. */
  readonly guestStateFile: string | undefined;
  readonly guestState: string | undefined;
}

export function configurationPlaces(host: HostState, entry: SettingsEntry): ConfigurationPlaces {
  const { machine, id } = entry;
  const root = machine.configurationRoot;
  const folder = entry.kind === "live" ? "Virtual Machines" : "Snapshots";
  const relative = (end: string): string => `${folder}\\${id}${end}`;
  const hasGuestState =
    releaseOf(host) >= Release.server2019 && (machine.generation === 2 || machine.vtpm === true);
  const guestStateFile =
    hasGuestState && !usesXml(machine.configurationVersion) ? relative(".vmgs") : undefined;
  const guestState = guestStateFile === undefined ? undefined : joinWindowsPath(root, guestStateFile);
  if (usesXml(machine.configurationVersion)) {
    return {
      root,
      configurationFile: relative(".xml"),
      configuration: joinWindowsPath(root, relative(".xml")),
      runtime: joinWindowsPath(root, folder, id, `${id}.vsv`),
      memory: joinWindowsPath(root, folder, id, `${id}.bin`),
      guestStateFile,
      guestState,
    };
  }
  return {
    root,
    configurationFile: relative(".vmcx"),
    configuration: joinWindowsPath(root, relative(".vmcx")),
    runtime: joinWindowsPath(root, relative(".vmrs")),
    memory: undefined,
    guestStateFile,
    guestState,
  };
}

/** The files that belong to the settings object, whether they are there or not. */
export function configurationFiles(host: HostState, entry: SettingsEntry): readonly string[] {
  const { configuration, runtime, memory, guestState } = configurationPlaces(host, entry);
  return [configuration, runtime, memory, guestState].filter((path) => path !== undefined);
}
