import { forecastMachine } from "../forecast/forecast.ts";
import type { Forecast } from "../forecast/forecast-types.ts";
import type { HostGeneration } from "../inventory/host-generation.ts";
import type { MachineInventory } from "../inventory/machine-inventory.ts";
import type { ReplicationLink } from "../inventory/replication-link.ts";
import { machineOf } from "./machine-of.ts";

/** What is forecast on a server of this release. */
export function on(generation: HostGeneration, changed: Partial<MachineInventory> = {}): Forecast {
  return forecastMachine(machineOf(changed), { generation, productType: 3, caption: "Windows Server" });
}

/** The four words of a row of the truth table. */
export function words(forecast: Forecast): string {
  const { consistency, checkpointKind, method, interruptsGuest } = forecast;
  return `${consistency} ${checkpointKind} ${method} ${interruptsGuest}`;
}

/** A replica that is off. */
export function replica(changed: Partial<ReplicationLink> = {}): Partial<MachineInventory> {
  const link: ReplicationLink = { role: "replica", state: "replicating", health: "ok", ...changed };
  return { power: "off", integration: "none", guestOs: "unknown", replication: [link] };
}

export const codesOf = (forecast: Forecast): readonly string[] => forecast.warnings.map(({ code }) => code);
