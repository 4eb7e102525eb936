import { optionalNumberOf } from "../../cim/index.ts";
import type { MachineInventory } from "../inventory/machine-inventory.ts";
import { readState } from "../inventory/machine-state.ts";
import type { MachineState } from "../machine-host.ts";
import type { HostAccess } from "./host-access.ts";

/** States in which the guest stands still and will go on. */
const STANDING: ReadonlySet<MachineState> = new Set(["paused", "saved", "saving", "pausing", "resuming"]);
/** The host's clock of a machine and ours are read at slightly different moments: less is no evidence. */
const CLOCK_TOLERANCE_MS = 2_000;

/**
 * Measures for how long a running machine was seen not running while it was being held. A stop that falls between two
 * looks shows in the machine's own on-time, which then is behind; whether Hyper-V stops it while a machine is paused is
 * not confirmed (docs/unconfirmed.md, on-time-while-paused), so the longer of both measures counts.
 */
export class GuestWatch {
  readonly #access: HostAccess;
  readonly #machine: MachineInventory;
  #stoppedSince: number | undefined;
  #stoppedMs = 0;
  #hasStopped = false;
  #first: ClockReading | undefined;
  #behindMs = 0;

  constructor(access: HostAccess, machine: MachineInventory) {
    this.#access = access;
    this.#machine = machine;
  }

  /** Whether there is anything to see: a machine that runs, and that the host named. */
  get isWatching(): boolean {
    return this.#machine.reference !== undefined && this.#machine.power === "running";
  }

  /** Looks once. What is between two looks is counted for the first of them. */
  async look(): Promise<void> {
    if (this.#machine.reference === undefined || this.#machine.power !== "running") return;
    const row = await this.#access.session.get(this.#machine.reference);
    const now = this.#access.clock.monotonicMs();
    if (this.#stoppedSince !== undefined) this.#stoppedMs += now - this.#stoppedSince;
    const enabledState = row === undefined ? undefined : optionalNumberOf(row, "EnabledState");
    const { power } = readState({ enabledState, operationalStatus: [], healthState: undefined });
    this.#stoppedSince = STANDING.has(power) ? now : undefined;
    this.#hasStopped ||= this.#stoppedSince !== undefined;
    this.#compareClocks(now, row === undefined ? undefined : optionalNumberOf(row, "OnTimeInMilliseconds"));
  }

  /** A clock that stood still all the time, or began anew, says nothing. */
  #compareClocks(now: number, onTime: number | undefined): void {
    if (onTime === undefined || onTime === 0) return;
    this.#first ??= { now, onTime };
    const counted = onTime - this.#first.onTime;
    if (counted > 0) this.#behindMs = now - this.#first.now - counted;
  }

  /** Whether it was seen standing still. */
  get hasStopped(): boolean {
    return this.#hasStopped;
  }

  get interruptedSeconds(): number {
    const behindMs = this.#behindMs >= CLOCK_TOLERANCE_MS ? this.#behindMs : 0;
    return Math.round(Math.max(this.#stoppedMs, behindMs) / 100) / 10;
  }
}

interface ClockReading {
  readonly now: number;
  readonly onTime: number;
}
