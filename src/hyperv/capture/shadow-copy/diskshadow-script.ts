import type { Guid } from "../../../base/index.ts";
import { HYPERV_WRITER } from "./vss-names.ts";

/** A volume of which a shadow copy is wanted. */
export interface WantedVolume {
  /** Its place in the host's paths: `D:\`, `C:\ClusterStorage\Volume1\`, `\\server\share\`. */
  readonly root: string;
  /** What diskshadow is given: `D:`, a volume's name, a share. */
  readonly name: string;
  /** `\\?\Volume{…}\`, where the host said it. */
  readonly device?: string | undefined;
  readonly alias: string;
}

export interface ShadowOrder {
  /** Where diskshadow keeps the set's documents. */
  readonly metadataPath: string;
  readonly volumes: readonly WantedVolume[];
  /** All writers but Hyper-V's. */
  readonly excludedWriters: readonly Guid[];
  /** Components of other machines, by their full names as the writer lists them. */
  readonly excludedComponents: readonly string[];
}

/** Which writers and components there are, then which shadow copies. */
export const INSPECTION = lines(["list writers metadata", "list shadows all"]);

export const LISTING = lines(["list shadows all"]);

/**
 * Makes the shadow copies of one machine. The set is persistent, so `end backup` follows at once and in the same process,
 * which alone can send it: the writer is done with the machine before the first byte is read, whatever becomes of the
 * reader. It would be sent after a failed reading as well, so nothing is told to the guest that would not be told anyway.
 * Granularity is by exclusion only (hyperv-facts 3.4).
 */
export function creationScript(order: ShadowOrder): string {
  const writers = [...new Set(order.excludedWriters)].filter((id) => id !== HYPERV_WRITER);
  return lines([
    "set context persistent",
    `set metadata ${quoted(order.metadataPath)}`,
    "set verbose on",
    `writer verify {${HYPERV_WRITER}}`,
    ...writers.map((id) => `writer exclude {${id}}`),
    ...order.excludedComponents.map((name) => `writer exclude "${name}"`),
    "begin backup",
    ...order.volumes.map(({ name, alias }) => `add volume ${quoted(name)} alias ${alias}`),
    "create",
    "end backup",
  ]);
}

/** Deletes a whole set; where only the single ids are known, each of them. */
export function deletionScript(made: {
  readonly set?: Guid | undefined;
  readonly shadows: readonly Guid[];
}): string {
  if (made.set !== undefined) return lines([`delete shadows set {${made.set}}`]);
  return lines(made.shadows.map((id) => `delete shadows id {${id}}`));
}

/** Makes each shadow copy a share; the set is persistent, as `expose` wants it (hyperv-facts 3.4). */
export function exposureScript(shares: readonly { readonly id: Guid; readonly share: string }[]): string {
  return lines(shares.map(({ id, share }) => `expose {${id}} ${share}`));
}

export function withdrawalScript(share: string): string {
  return lines([`unexpose ${share}`]);
}

function lines(commands: readonly string[]): string {
  return commands.map((command) => `${command}\r\n`).join("");
}

function quoted(text: string): string {
  return text.includes(" ") ? `"${text}"` : text;
}
