import type { Guid } from "../../base/index.ts";
import type { Forecast } from "../forecast/forecast-types.ts";
import type { HeldMachine, HoldOptions } from "../held-machine.ts";
import type { MachineInventory } from "../inventory/machine-inventory.ts";
import type { Busy } from "./busy.ts";

export interface AttemptContext {
  readonly options: HoldOptions;
  readonly attempt: number;
  /** Told that this checkpoint is held by this process. */
  readonly onHeld: (checkpoint: Guid) => void;
  readonly onReleased: (checkpoint: Guid) => void;
}

export type AttemptOutcome =
  | { readonly kind: "held"; readonly held: HeldMachine }
  | { readonly kind: "busy"; readonly machine: MachineInventory; readonly busy: Busy };

/** A machine that has passed the gates. */
export interface Attempt {
  readonly machine: MachineInventory;
  readonly forecast: Forecast;
  readonly context: AttemptContext;
}
