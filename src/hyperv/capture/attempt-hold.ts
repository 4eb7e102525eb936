import type { Guid } from "../../base/index.ts";
import { forecastMachine } from "../forecast/forecast.ts";
import { type AttemptContext, type AttemptOutcome } from "./attempt.ts";
import { attemptCheckpoint } from "./attempt-checkpoint.ts";
import { clusteredMachines } from "./cluster-owners.ts";
import { passGates } from "./gates.ts";
import { type HostAccess, readMachine } from "./host-access.ts";
import { attemptShadowCopy } from "./shadow-copy/attempt-shadow-copy.ts";

/** One attempt: look, decide, and hold by the method of the forecast. */
export async function attemptHold(
  access: HostAccess,
  id: Guid,
  context: AttemptContext,
): Promise<AttemptOutcome | { readonly kind: "absent" }> {
  const { options } = context;
  const machine = await readMachine(access, id, options);
  if (machine === undefined) return { kind: "absent" };
  const clustered = await clusteredMachines(access, { signal: options.signal });
  const forecast = forecastMachine(machine, { ...access.host, clustered }, { wishes: options });
  const { requireApplication } = options;
  const blocked = passGates(machine, forecast, { requireApplication, commands: access.commands });
  if (blocked !== undefined) return { kind: "busy", machine, busy: blocked };
  const attempt = { machine, forecast, context };
  if (forecast.method === "shadow-copy") return await attemptShadowCopy(access, attempt);
  const outcome = await attemptCheckpoint(access, attempt);
  if (outcome.kind !== "refused") return outcome;
  if (access.commands === undefined || options.method === "recovery-checkpoint") throw outcome.error;
  const message = `The host refuses a backup checkpoint: ${outcome.sentence}. A shadow copy is made instead`;
  options.events({ type: "step-note", step: options.step, message });
  return await attemptShadowCopy(access, attempt);
}
