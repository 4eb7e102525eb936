import { type Notice, StillpointError } from "../../../base/index.ts";
import { isSince } from "../../inventory/host-generation.ts";
import { canQuiesce } from "../../inventory/integration-status.ts";
import type { Attempt, AttemptOutcome } from "../attempt.ts";
import {
  recordServiceSwitch,
  type ServiceEntry,
  switchServiceOff,
  switchServiceOn,
} from "../backup-service.ts";
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
  const { run, step, events } = context.options;
  const why = `the VSS writer failed it although its guest answers (${failure.sentence})`;
  const entry = await recordServiceSwitch(access, machine, run);
  let outcome: AttemptOutcome | undefined;
  try {
    const refusal = await switchServiceOff(access, entry);
    if (refusal === undefined) {
      const message = `${why}, so the backup service of its guest is switched off for the shadow copy`;
      warn(attempt, { code: "backup-service-switched", message });
      outcome = await hold();
    } else {
      const message = `The backup service of the guest could not be switched off: ${refusal}`;
      events({ type: "step-note", step, message });
    }
  } catch (error) {
    if (error instanceof StillpointError) await switchOn(access, attempt, entry);
    throw error;
  }
  const stays = await switchOn(access, attempt, entry);
  if (outcome?.kind !== "held") return outcome;
  const end = stays ?? "it was switched on again";
  const notice: Notice = {
    code: "backup-service-switched",
    message: `${why}, so the backup service of its guest was switched off for the shadow copy; ${end}`,
  };
  const { held } = outcome;
  return { kind: "held", held: { ...held, warnings: [...held.warnings, notice] } };
}

/** Gives the sentence that says what stays, and tells it. */
async function switchOn(
  access: HostAccess,
  attempt: Attempt,
  entry: ServiceEntry,
): Promise<string | undefined> {
  const outcome = await switchServiceOn(access, entry);
  if (outcome.kind !== "told") return undefined;
  const { sentence } = outcome;
  warn(attempt, { code: "left-behind", message: `machine "${entry.machineName}": ${sentence}` });
  return sentence;
}

function warn(attempt: Attempt, notice: Notice): void {
  const { events, step } = attempt.context.options;
  events({ type: "step-warning", step, notice });
}
