import type { Figures } from "./figures.ts";

/** A promise about speed or size that a run keeps or misses. */
export interface Gate {
  readonly name: string;
  /** At most this. */
  readonly limit: number;
  /** Undefined where the peer was not there. */
  measured(figures: Figures): number | undefined;
}

const US = "stillpoint";
const MEMORY_BYTES = 320e6;
const BYTES_PER_CHUNK = 24;

/** What a release keeps: ratios of medians of paired rounds, ours divided by the peer's. */
export const GATES: readonly Gate[] = [
  ratio("full backup, wall / restic", 0.5, (figures, who) => figures.cost(who, "day1")?.seconds, "restic"),
  ratio("full backup, wall / borg64", 0.6, (figures, who) => figures.cost(who, "day1")?.seconds, "borg64"),
  ratio("full backup, CPU / borg64", 1.2, (figures, who) => figures.cost(who, "day1")?.cpuSeconds, "borg64"),
  ratio("full backup, stored / restic", 1, (figures, who) => figures.stored(who, "day1"), "restic"),
  ratio("day 2, wall / restic", 0.27, (figures, who) => figures.cost(who, "day2")?.seconds, "restic"),
  ratio("day 2, stored / restic", 0.5, (figures, who) => figures.added(who, "day2"), "restic"),
  ratio("three days, stored / restic", 0.85, (figures, who) => figures.stored(who, "day3"), "restic"),
  ratio(
    "verify all data, wall / restic",
    0.6,
    (figures, who) => figures.cost(who, "verify")?.seconds,
    "restic",
  ),
  ratio("restore, wall / restic", 0.7, (figures, who) => figures.cost(who, "restore")?.seconds, "restic"),
  {
    name: "peak memory / (320 MB + 24 B a chunk)",
    limit: 1,
    measured: (figures) => {
      const peak = figures.peakBytes(US);
      return peak === undefined ? undefined : peak / (MEMORY_BYTES + BYTES_PER_CHUNK * figures.chunks(US));
    },
  },
];

type Of = (figures: Figures, who: string) => number | undefined;

function ratio(name: string, limit: number, of: Of, peer: string): Gate {
  return {
    name,
    limit,
    measured: (figures) => {
      const ours = of(figures, US);
      const theirs = of(figures, peer);
      return ours === undefined || theirs === undefined ? undefined : ours / theirs;
    },
  };
}
