import {
  type Guid,
  InterruptedError,
  type Notice,
  parseGuid,
  StillpointError,
  throwIfInterrupted,
} from "../../base/index.ts";
import {
  type MachineConfiguration,
  openConfiguration,
  readMachineConfiguration,
} from "../../formats/vmcx/index.ts";
import { HostFileError, type HostFiles } from "../../places/index.ts";
import { hostFileName } from "../host-path.ts";

/** A configuration, and the file that it stands in. */
export interface FoundConfiguration {
  readonly path: string;
  readonly configuration: MachineConfiguration;
}

export interface FoundConfigurations {
  readonly found: readonly FoundConfiguration[];
  readonly warnings: readonly Notice[];
}

/** Whether a file of this name should be a machine's or a checkpoint's configuration: XML ones are named by their id. */
export function isConfigurationName(path: string): boolean {
  const name = hostFileName(path).toLowerCase();
  if (name.endsWith(".vmcx")) return true;
  return name.endsWith(".xml") && parseGuid(name.slice(0, -".xml".length)) !== undefined;
}

/** Reads what can be read; what cannot is a warning, for the files are kept all the same. */
export async function readConfigurations(
  paths: readonly string[],
  host: { readonly files: HostFiles; readonly signal?: AbortSignal | undefined },
): Promise<FoundConfigurations> {
  const found: FoundConfiguration[] = [];
  const warnings: Notice[] = [];
  for (const path of paths.filter(isConfigurationName)) {
    throwIfInterrupted(host.signal);
    try {
      await using source = await host.files.open(path);
      found.push({ path, configuration: readMachineConfiguration(await openConfiguration(source)) });
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      const message = `"${path}" is kept, but what it says of the machine could not be read: ${error.message}`;
      warnings.push({ code: "configuration-not-readable", message });
    }
  }
  return { found: toldApart(found), warnings };
}

/**
 * Hyper-V names a configuration by its id. Should a checkpoint's say the machine's id inside, as nobody has seen
 * (docs/unconfirmed.md, vmcx-checkpoint-identity), then its file's name is taken for it.
 */
function toldApart(found: readonly FoundConfiguration[]): readonly FoundConfiguration[] {
  const named = new Set(
    found.filter(({ path, configuration }) => idOfName(path) === configuration.settingsId),
  );
  const own = new Set([...named].map(({ configuration }) => configuration.settingsId));
  return found.map((one) => {
    const settingsId = idOfName(one.path);
    const isAnother = !named.has(one) && own.has(one.configuration.settingsId) && settingsId !== undefined;
    if (!isAnother) return one;
    return { path: one.path, configuration: { ...one.configuration, kind: "checkpoint", settingsId } };
  });
}

function idOfName(path: string): Guid | undefined {
  return parseGuid(hostFileName(path).replace(/\.[^.]*$/, ""));
}

/** A file that cannot be opened fails the machine when it is copied, with a better message. */
function isUnreadable(error: unknown): error is StillpointError {
  if (error instanceof InterruptedError) return false;
  if (error instanceof HostFileError) return error.reason === "missing" || error.reason === "locked";
  return error instanceof StillpointError;
}
