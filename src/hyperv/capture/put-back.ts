import { type Guid, StillpointError } from "../../base/index.ts";
import { otherNodeOf } from "./cluster-owners.ts";
import type { HostAccess } from "./host-access.ts";

/** Something of a machine that a backup changed for a while and that the journal knows. */
export interface ChangedSetting {
  readonly entry: string;
  readonly machine: Guid;
  /** What it may be like where the machine is now, as a clause. */
  readonly state: string;
}

/** What one try came to. `gone`: the host has no such machine. */
export type PutBackTry =
  | { readonly kind: "back" | "as-it-was" | "gone" }
  | { readonly kind: "refused"; readonly sentence: string };

/** `told`: the sentence says what stays, or is not known; the other two are seen to be as they were. */
export type PutBack =
  | { readonly kind: "back" | "as-it-was" }
  | { readonly kind: "told"; readonly sentence: string };

/**
 * Puts a setting back and strikes its entry. The journal keeps what could not be put back, and what another node of the
 * cluster has now. Refusals of the host and lost connections are sentences, never thrown.
 */
export async function putBack(
  access: HostAccess,
  setting: ChangedSetting,
  work: () => Promise<PutBackTry>,
): Promise<PutBack> {
  try {
    const tried = await work();
    if (tried.kind === "refused") return { kind: "told", sentence: tried.sentence };
    if (tried.kind === "gone") return { kind: "told", sentence: (await wentWith(access, setting)).sentence };
    await access.journal.strike(setting.entry);
    return { kind: tried.kind };
  } catch (error) {
    if (!(error instanceof StillpointError)) throw error;
    return { kind: "told", sentence: error.message };
  }
}

/** For a machine that the host has no more: what cannot be looked at is told, and struck only where nobody can find it. */
export async function wentWith(
  access: HostAccess,
  setting: ChangedSetting,
): Promise<{ readonly kept: boolean; readonly sentence: string }> {
  const { entry, machine, state } = setting;
  const place = await otherNodeOf(access, machine);
  if (place !== undefined) {
    const sentence = `it is on node "${place.node}" of the cluster now, and ${state}: the next backup from that node puts it right`;
    return { kept: true, sentence };
  }
  await access.journal.strike(entry);
  return { kept: false, sentence: `it is not on this host any more; if it was moved, ${state}` };
}
