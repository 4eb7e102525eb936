import { InternalError } from "../../base/index.ts";
import type { HostCommands } from "../../places/index.ts";
import {
  ApplicationConsistencyRequiredError,
  CaptureMethodNotAvailableError,
  ClusteredGuestNotSavedError,
  DesktopNotSupportedError,
  MemoryNotPossibleError,
  MethodNotPossibleError,
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
  options: {
    readonly requireApplication?: true | undefined;
    /** Absent where no program can be run on the host. */
    readonly commands?: HostCommands | undefined;
  },
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
  const canHold = forecast.method === "recovery-checkpoint" || options.commands !== undefined;
  if (!canHold) throw methodError(action, forecast, facts);
  return undefined;
}

type Facts = { readonly machine: { readonly id: MachineInventory["id"]; readonly name: string } };

const REFUSALS: Readonly<Record<string, new (message: string, facts: Facts) => Error>> = {
  "test-replica": TestReplicaSkippedError,
  "shared-disk-not-supported": SharedDiskNotSupportedError,
  "method-not-possible": MethodNotPossibleError,
  "memory-not-possible": MemoryNotPossibleError,
  "clustered-guest-not-saved": ClusteredGuestNotSavedError,
};

function refusalError(code: string, message: string, facts: Facts): Error {
  if (code === "desktop-not-supported") return new DesktopNotSupportedError(message);
  const ErrorClass = REFUSALS[code];
  if (ErrorClass === undefined) return new InternalError(`No error is known for the refusal "${code}"`);
  return new ErrorClass(message, facts);
}

function methodError(action: string, forecast: Forecast, facts: Facts): Error {
  return new CaptureMethodNotAvailableError(
    `${action}: it needs the method "${forecast.method ?? "none"}", and on this host no program can be run; without one only machines of Windows Server 2016 and later with configuration version 6.2 or later can be held`,
    facts,
  );
}
