import { InternalError, type Notice } from "../../base/index.ts";
import type { HeldMachine, HoldOptions, ReleaseReport } from "../held-machine.ts";
import type { WaitOptions } from "../machine-host.ts";

/** The facts of a hold, as `HeldMachine` tells them. */
export type HeldFacts = Omit<
  HeldMachine,
  "confirmUnchanged" | "release" | "interruptedSeconds" | typeof Symbol.asyncDispose
> & { readonly interruptedSeconds: number };

export interface HeldWork {
  readonly options: HoldOptions;
  /** Looks whether what is held still is what was held. */
  readonly confirm: (waiting: WaitOptions) => Promise<void>;
  /** Called once. */
  readonly letGo: (waiting: WaitOptions) => Promise<Pick<ReleaseReport, "leftBehind" | "warnings">>;
}

/** A held machine around its facts: released once, and by disposing at the latest. */
export function heldUntilReleased(facts: HeldFacts, work: HeldWork): HeldMachine {
  const { options } = work;
  let releasing: Promise<ReleaseReport> | undefined;
  const letGo = async (waiting: WaitOptions): Promise<ReleaseReport> => {
    const released = await work.letGo(waiting);
    return { ...released, interruptedSeconds: facts.interruptedSeconds };
  };
  const release = async (waiting: WaitOptions = {}): Promise<ReleaseReport> => {
    releasing ??= letGo(waiting);
    return await releasing;
  };
  return {
    ...facts,
    async confirmUnchanged(waiting: WaitOptions = {}): Promise<void> {
      if (releasing !== undefined) throw new InternalError("A machine is confirmed before it is released");
      await work.confirm(waiting);
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
