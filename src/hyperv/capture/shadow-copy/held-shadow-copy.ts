import { HostFileError } from "../../../places/index.ts";
import { ShadowCopyUnreadableError } from "../../errors.ts";
import type { HeldMachine, HoldOptions } from "../../held-machine.ts";
import { type HeldFacts, heldUntilReleased } from "../held-until-released.ts";
import type { HostAccess } from "../host-access.ts";
import { type GuestEntry, keepRunning } from "../running-guest.ts";
import { releaseShadowCopy } from "./release-shadow-copy.ts";
import type { ShadowFacts } from "./shadow-custody.ts";
import type { ShadowView } from "./shadow-view.ts";

/** A machine that is held by shadow copies of ours: what they show cannot change, only go away. */
export function heldByShadowCopy(
  facts: HeldFacts,
  context: {
    readonly access: HostAccess;
    readonly custody: ShadowFacts;
    readonly view: ShadowView;
    readonly options: HoldOptions;
    /** A guest that could not be made to run again yet. */
    readonly standing?: GuestEntry | undefined;
  },
): HeldMachine {
  const { access, custody, view, options } = context;
  return heldUntilReleased(facts, {
    options,
    confirm: async () => {
      for (const { viewLeaf } of facts.disks) await confirmReadable(view, viewLeaf, facts.machine);
    },
    letGo: async () => {
      const guest = await standingGuest(access, context.standing);
      const released = await releaseShadowCopy(access, custody);
      return { ...released, leftBehind: [...guest, ...released.leftBehind] };
    },
  });
}

/** One more try for a guest that stands still; what is left of it is named. */
async function standingGuest(access: HostAccess, guest: GuestEntry | undefined): Promise<readonly string[]> {
  if (guest === undefined) return [];
  const outcome = await keepRunning(access, guest);
  return outcome.kind === "runs" ? [] : [`machine "${guest.machineName}": ${outcome.sentence}`];
}

/** Looks at a file through the shadow copy. @throws {ShadowCopyUnreadableError} */
export async function confirmReadable(
  view: ShadowView,
  path: string,
  machine: HeldMachine["machine"],
): Promise<void> {
  const action = `Cannot read "${machine.name}" in its shadow copy`;
  try {
    if ((await view.stat(path)) !== undefined) return;
  } catch (error) {
    if (!(error instanceof HostFileError)) throw error;
    throw new ShadowCopyUnreadableError(`${action}: ${error.message}`, { machine, cause: error });
  }
  throw new ShadowCopyUnreadableError(`${action}: "${path}" is not there, or the copy is gone`, { machine });
}
