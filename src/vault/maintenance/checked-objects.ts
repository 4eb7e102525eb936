/** Remembers which objects were read whole, and when: so that the longest unchecked come first. Times are ms since 1970. */
export interface CheckedObjects {
  lastChecked(object: string): number | undefined;
  /** Kept for the next run when it resolves, also when this one is killed. */
  note(object: string, milliseconds: number): Promise<void>;
  /** When a reading of everything began that has not come to its end. */
  readonly passBegan: number | undefined;
  beginPass(milliseconds: number): Promise<void>;
  endPass(): Promise<void>;
}

/** Remembers nothing beyond this run. */
export class ForgottenChecks implements CheckedObjects {
  readonly passBegan = undefined;

  lastChecked(): undefined {
    return undefined;
  }

  async note(): Promise<void> {
    // nobody asks
  }

  async beginPass(): Promise<void> {
    // nobody asks
  }

  async endPass(): Promise<void> {
    // nobody asks
  }
}
