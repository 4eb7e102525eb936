import { InternalError, type Notice } from "../../base/index.ts";
import type { HeldMachine, HoldOptions, ReleaseReport } from "../held-machine.ts";
import type { WaitOptions } from "../machine-host.ts";
import { confirmUnchanged, type Fingerprint } from "./fingerprint.ts";
import type { HostAccess } from "./host-access.ts";
import { type OwnedCheckpoint, releaseCheckpoint } from "./release-checkpoint.ts";

/** The facts of a hold, as `HeldMachine` tells them. */
export type HeldFacts = Omit<
  HeldMachine,
  "confirmUnchanged" | "release" | "interruptedSeconds" | typeof Symbol.asyncDispose
> & { readonly interruptedSeconds: number };

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
  const { access, owned, options } = context;
  let releasing: Promise<ReleaseReport> | undefined;
  const release = async (waiting: WaitOptions = {}): Promise<ReleaseReport> => {
    releasing ??= letGo(waiting);
    return await releasing;
  };
  const letGo = async (waiting: WaitOptions): Promise<ReleaseReport> => {
    try {
      const released = await releaseCheckpoint(access, owned, waiting);
      return { ...released, interruptedSeconds: facts.interruptedSeconds };
    } finally {
      context.onReleased();
    }
  };
  return {
    ...facts,
    async confirmUnchanged(waiting: WaitOptions = {}): Promise<void> {
      if (releasing !== undefined) throw new InternalError("A machine is confirmed before it is released");
      await confirmUnchanged(access, { machine: facts.machine, fingerprint: context.fingerprint }, waiting);
    },
    release,
    async [Symbol.asyncDispose](): Promise<void> {
      if (releasing !== undefined) return;
      const { leftBehind } = await release();
      for (const message of leftBehind) {
        const notice: Notice = { code: "left-behind", message };
        options.events({ type: "step-warning", step: options.step, notice });
      }
    },
  };
}
