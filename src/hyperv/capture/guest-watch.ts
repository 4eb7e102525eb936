import { optionalNumberOf } from "../../cim/index.ts";
import type { MachineInventory } from "../inventory/machine-inventory.ts";
import { readState } from "../inventory/machine-state.ts";
import type { HostAccess } from "./host-access.ts";

/** Measures for how long a running machine was seen not running while it was being held. */
export class GuestWatch {
  readonly #access: HostAccess;
  readonly #machine: MachineInventory;
  #stoppedSince: number | undefined;
  #stoppedMs = 0;

  constructor(access: HostAccess, machine: MachineInventory) {
    this.#access = access;
    this.#machine = machine;
  }

  /** Looks once. What is between two looks is counted for the first of them. */
  async look(): Promise<void> {
    if (this.#machine.reference === undefined || this.#machine.power !== "running") return;
    const row = await this.#access.session.get(this.#machine.reference);
    const now = this.#access.clock.monotonicMs();
    if (this.#stoppedSince !== undefined) this.#stoppedMs += now - this.#stoppedSince;
    const enabledState = row === undefined ? undefined : optionalNumberOf(row, "EnabledState");
    const { power } = readState({ enabledState, operationalStatus: [], healthState: undefined });
    this.#stoppedSince = power === "paused" || power === "saved" || power === "saving" ? now : undefined;
  }

  get interruptedSeconds(): number {
    return Math.round(this.#stoppedMs / 100) / 10;
  }
}
