import {
  ApplicationConsistencyRequiredError,
  CaptureMethodNotAvailableError,
  DesktopNotSupportedError,
  SharedDiskNotSupportedError,
  TestReplicaSkippedError,
} from "../errors.ts";
import type { Forecast } from "../forecast/forecast-types.ts";
import type { MachineInventory } from "../inventory/machine-inventory.ts";
import type { Busy } from "./busy.ts";

/**
 * Whether the hold may begin. Nothing has been made on the host yet. Gives what to wait for, or undefined.
 * @throws an error for what waiting does not change
 */
export function passGates(
  machine: MachineInventory,
  forecast: Forecast,
  options: { readonly requireApplication?: true | undefined },
): Busy | undefined {
  const facts = { machine: { id: machine.id, name: machine.name } };
  const action = `Cannot back up "${machine.name}"`;
  const { refusal, reason } = forecast;
  if (refusal?.kind === "busy") return { code: refusal.code, blocking: reason };
  if (refusal !== undefined) throw refusalError(refusal.code, `${action}: ${reason}`, facts);
  if (
    options.requireApplication === true &&
    machine.power === "running" &&
    forecast.consistency === "crash"
  ) {
    throw new ApplicationConsistencyRequiredError(
      `${action}: it would be crash-consistent, wanted application-consistent. ${reason}`,
      facts,
    );
  }
  if (forecast.method !== "recovery-checkpoint") throw methodError(action, forecast, facts);
  return undefined;
}

type Facts = { readonly machine: { readonly id: MachineInventory["id"]; readonly name: string } };

function refusalError(code: string, message: string, facts: Facts): Error {
  if (code === "desktop-not-supported") return new DesktopNotSupportedError(message);
  if (code === "test-replica") return new TestReplicaSkippedError(message, facts);
  return new SharedDiskNotSupportedError(message, facts);
}

function methodError(action: string, forecast: Forecast, facts: Facts): Error {
  return new CaptureMethodNotAvailableError(
    `${action}: it needs the method "${forecast.method ?? "none"}", and this version captures by recovery checkpoint only (Windows Server 2016 and later, configuration version 6.2 or later)`,
    facts,
  );
}
