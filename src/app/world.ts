import { type Clock, type Entropy, systemClock, systemEntropy } from "../base/index.ts";

/** Time and chance, as the whole program uses them. */
export interface World {
  readonly clock: Clock;
  readonly entropy: Entropy;
}

export const SYSTEM_WORLD: World = { clock: systemClock, entropy: systemEntropy };
