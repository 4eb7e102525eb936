import type { Guid, Notice } from "../../base/index.ts";
import { type HostAccess, readMachine } from "../capture/host-access.ts";
import type { HeldMachine, HoldOptions } from "../held-machine.ts";
import { resumeReplication } from "./resume-replication.ts";
import { suspendReplication } from "./suspend-replication.ts";
import type { Suspension } from "./suspension-custody.ts";

/** Holds a machine whose replication is suspended meanwhile: it goes on after the release, and when the hold fails. */
export async function holdWhileSuspended(
  access: HostAccess,
  id: Guid,
  work: { readonly options: HoldOptions; readonly hold: () => Promise<HeldMachine> },
): Promise<HeldMachine> {
  const { options, hold } = work;
  const machine = await readMachine(access, id, options);
  if (machine === undefined) return await hold(); // which says where it is
  const { suspension, warnings } = await suspendReplication(access, machine, options);
  for (const notice of warnings) options.events({ type: "step-warning", step: options.step, notice });
  if (suspension === undefined) return withWarnings(await hold(), warnings);
  let held: HeldMachine;
  try {
    held = await hold();
  } catch (error) {
    tellLeft(options, (await resumeReplication(access, suspension)).leftBehind);
    throw error;
  }
  return untilReleased(access, withWarnings(held, warnings), { options, suspension });
}

function withWarnings(held: HeldMachine, warnings: readonly Notice[]): HeldMachine {
  return warnings.length === 0 ? held : { ...held, warnings: [...held.warnings, ...warnings] };
}

function untilReleased(
  access: HostAccess,
  held: HeldMachine,
  work: { readonly options: HoldOptions; readonly suspension: Suspension },
): HeldMachine {
  let resuming: Promise<readonly string[]> | undefined;
  const resume = async (): Promise<readonly string[]> => {
    const { leftBehind } = await resumeReplication(access, work.suspension);
    return leftBehind;
  };
  return {
    ...held,
    async release(waiting) {
      try {
        const report = await held.release(waiting);
        resuming ??= resume();
        return { ...report, leftBehind: [...report.leftBehind, ...(await resuming)] };
      } finally {
        resuming ??= resume(); // also when letting go fails
        await resuming;
      }
    },
    async [Symbol.asyncDispose]() {
      try {
        await held[Symbol.asyncDispose]();
      } finally {
        if (resuming === undefined) {
          resuming = resume();
          tellLeft(work.options, await resuming);
        }
      }
    },
  };
}

function tellLeft(options: HoldOptions, leftBehind: readonly string[]): void {
  for (const message of leftBehind) {
    const notice: Notice = { code: "left-behind", message };
    options.events({ type: "step-warning", step: options.step, notice });
  }
}
