/** What a round did, by what is counted: kills, states, flips … */
export type Counts = Readonly<Record<string, number>>;

/** One way of looking for faults. The same seed does the same (but for the moments of real time in which a process is killed). */
export interface SoakKind {
  readonly name: string;
  /** Which share of the time it gets, beside the others. */
  readonly weight: number;
  /** Throws when something promised is lost, something wrong comes back, or a refusal has no code. The folder is empty and goes afterwards. */
  readonly round: (seed: number, folder: string) => Promise<Counts>;
}
