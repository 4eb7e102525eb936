import type { HeldMachine, HoldOptions } from "../held-machine.ts";
import { confirmUnchanged, type Fingerprint } from "./fingerprint.ts";
import { type HeldFacts, heldUntilReleased } from "./held-until-released.ts";
import type { HostAccess } from "./host-access.ts";
import { type OwnedCheckpoint, releaseCheckpoint } from "./release-checkpoint.ts";

export interface HeldContext {
  readonly access: HostAccess;
  readonly owned: OwnedCheckpoint;
  readonly fingerprint: Fingerprint;
  readonly options: HoldOptions;
  /** Told once, after the release has been tried. */
  readonly onReleased: () => void;
}

/** A machine that is held by a recovery checkpoint of ours. */
export function heldByCheckpoint(facts: HeldFacts, context: HeldContext): HeldMachine {
  const { access, owned, options, fingerprint } = context;
  return heldUntilReleased(facts, {
    options,
    confirm: async (waiting) => {
      await confirmUnchanged(access, { machine: facts.machine, fingerprint }, waiting);
    },
    letGo: async (waiting) => {
      try {
        return await releaseCheckpoint(access, owned, waiting);
      } finally {
        context.onReleased();
      }
    },
  });
}
