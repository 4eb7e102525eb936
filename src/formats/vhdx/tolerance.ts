import type { StillpointError } from "../../base/index.ts";

/** What becomes of damage that reading could go on with: the strict way throws it, the lenient way keeps it in a list. */
export interface Tolerance {
  readonly lenient: boolean;
  /** What was read past so far, in the order of finding; empty for the strict way. */
  readonly ignored: readonly StillpointError[];
  /** Throws the error, or takes it down and returns. */
  tolerate(error: StillpointError): void;
}

/** Every damage stops the reading. */
export function strictly(): Tolerance {
  return {
    lenient: false,
    ignored: [],
    tolerate(error) {
      throw error;
    },
  };
}

/** Damage is noted, and reading goes on with what is there. */
export function leniently(): Tolerance {
  const ignored: StillpointError[] = [];
  return {
    lenient: true,
    ignored,
    tolerate(error) {
      ignored.push(error);
    },
  };
}
