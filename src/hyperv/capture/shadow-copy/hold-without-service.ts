import { type Notice, StillpointError } from "../../../base/index.ts";
import { isSince } from "../../inventory/host-generation.ts";
import { canQuiesce } from "../../inventory/integration-status.ts";
import type { Attempt, AttemptOutcome } from "../attempt.ts";
import { switchServiceOff, switchServiceOn } from "../backup-service.ts";
import type { HostAccess } from "../host-access.ts";
import type { VssFailure } from "./vss-failure.ts";

/**
 * Whether the guest's backup service may be switched off for the shadow copy: asked for, and on a host whose writer then
 * makes a checkpoint by itself; older ones would save the machine.
 */
export function maySwitchService(access: HostAccess, attempt: Attempt): boolean {
  const { machine, context } = attempt;
  const { allowServiceSwitch, requireApplication } = context.options;
  const isAllowed = allowServiceSwitch === true && requireApplication !== true;
  const isAnswering = machine.power === "running" && canQuiesce(machine.integration);
  return isAllowed && isAnswering && isSince(access.host.generation, "2012r2");
}

/**
 * Holds a machine that the writer fails although its guest answers: with the guest's backup service switched off, as if it
 * had none. The service is on again before anything is read. Undefined where the host does not switch it.
 */
export async function holdWithoutService(
  access: HostAccess,
  attempt: Attempt & { readonly failure: VssFailure },
  hold: () => Promise<AttemptOutcome>,
): Promise<AttemptOutcome | undefined> {
  const { machine, failure, context } = attempt;
  const why = `the VSS writer failed it although its guest answers (${failure.sentence}), so the backup service of its guest is switched off for the shadow copy`;
  warn(attempt, { code: "backup-service-switched", message: why });
  const off = await switchServiceOff(access, machine, context.options.run);
  if (off.refusal !== undefined) {
    await switchOn(access, attempt, off.entry);
    return undefined;
  }
  let outcome: AttemptOutcome;
  try {
    outcome = await hold();
  } catch (error) {
    if (error instanceof StillpointError) await switchOn(access, attempt, off.entry);
    throw error;
  }
  await switchOn(access, attempt, off.entry);
  if (outcome.kind !== "held") return outcome;
  const notice: Notice = {
    code: "backup-service-switched",
    message: `${why}; it was switched on again`,
  };
  const { held } = outcome;
  return { kind: "held", held: { ...held, warnings: [...held.warnings, notice] } };
}

async function switchOn(
  access: HostAccess,
  attempt: Attempt,
  entry: Parameters<typeof switchServiceOn>[1],
): Promise<void> {
  const sentence = await switchServiceOn(access, entry);
  if (sentence === undefined) return;
  warn(attempt, { code: "left-behind", message: `machine "${entry.machineName}": ${sentence}` });
}

function warn(attempt: Attempt, notice: Notice): void {
  const { events, step } = attempt.context.options;
  events({ type: "step-warning", step, notice });
}
