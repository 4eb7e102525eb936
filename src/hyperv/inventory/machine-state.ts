import type { MachineState } from "../machine-host.ts";

/** Msvm_ComputerSystem.EnabledState; from 32768 on the older words, which still appear (hyperv-facts 1.2). */
const POWER: ReadonlyMap<number, MachineState> = new Map([
  [2, "running"],
  [3, "off"],
  [4, "stopping"],
  [6, "saved"],
  [9, "paused"],
  [10, "starting"],
  [32_768, "paused"],
  [32_769, "saved"],
  [32_770, "starting"],
  [32_771, "checkpointing"],
  [32_773, "saving"],
  [32_774, "stopping"],
  [32_776, "pausing"],
  [32_777, "resuming"],
  [32_779, "saved"],
  [32_781, "running"],
  [32_782, "off"],
  [32_783, "stopping"],
  [32_784, "saved"],
  [32_785, "paused"],
  [32_786, "starting"],
  [32_787, "starting"],
  [32_788, "saving"],
  [32_789, "pausing"],
  [32_790, "resuming"],
  [32_791, "saved"],
  [32_792, "saving"],
]);

/** Msvm_ComputerSystem.OperationalStatus, from the second element on. */
const ACTIVITY: ReadonlyMap<number, MachineState> = new Map([
  [32_768, "checkpointing"],
  [32_769, "checkpointing"],
  [32_770, "merging"],
  [32_771, "starting"],
  [32_772, "merging"],
  [32_773, "exporting"],
  [32_774, "migrating"],
]);

const FIRST_CRITICAL = 32_781;
const LAST_CRITICAL = 32_792;
const HEALTH_CRITICAL = 25;

export interface StateReading {
  readonly power: MachineState;
  readonly activity?: MachineState | undefined;
  readonly healthCritical: boolean;
  readonly puzzle?: string | undefined;
}

/** What the three state properties of a machine mean together. */
export function readState(words: {
  readonly enabledState: number | undefined;
  readonly operationalStatus: readonly number[];
  readonly healthState: number | undefined;
}): StateReading {
  const { enabledState } = words;
  const power = enabledState === undefined ? undefined : POWER.get(enabledState);
  const activity = words.operationalStatus
    .slice(1)
    .map((status) => ACTIVITY.get(status))
    .find((found) => found !== undefined);
  const criticalState =
    enabledState !== undefined && enabledState >= FIRST_CRITICAL && enabledState <= LAST_CRITICAL;
  return {
    power: power ?? "unknown",
    activity,
    healthCritical: criticalState || words.healthState === HEALTH_CRITICAL,
    puzzle: power === undefined ? `its EnabledState is ${enabledState ?? "absent"}` : undefined,
  };
}
