import { DAYS, type Day } from "./contenders/contender.ts";
import type { Cost } from "./measure.ts";

export type Step = Day | "verify" | "restore";
export const STEPS: readonly Step[] = [...DAYS, "verify", "restore"];

/** What one contender did in one round. */
export interface Round {
  readonly costs: ReadonlyMap<Step, Cost>;
  readonly stored: ReadonlyMap<Day, number>;
  /** How many different chunks are kept in the end, where the contender tells. */
  readonly chunks: number | undefined;
}

/** All rounds of all contenders; every number that it gives is a median over the rounds. */
export class Figures {
  readonly #rounds = new Map<string, Round[]>();

  add(contender: string, round: Round): void {
    this.#rounds.set(contender, [...(this.#rounds.get(contender) ?? []), round]);
  }

  cost(contender: string, step: Step): Cost | undefined {
    const costs = this.#of(contender, (round) => round.costs.get(step));
    if (costs.length === 0) return undefined;
    return {
      seconds: median(costs.map((cost) => cost.seconds)),
      cpuSeconds: median(costs.map((cost) => cost.cpuSeconds)),
      peakBytes: median(costs.map((cost) => cost.peakBytes)),
    };
  }

  /** Fastest and slowest round of a step, in seconds. */
  range(contender: string, step: Step): readonly [number, number] | undefined {
    const seconds = this.#of(contender, (round) => round.costs.get(step)?.seconds);
    return seconds.length === 0 ? undefined : [Math.min(...seconds), Math.max(...seconds)];
  }

  /** Size of the repository after a day. */
  stored(contender: string, day: Day): number | undefined {
    const sizes = this.#of(contender, (round) => round.stored.get(day));
    return sizes.length === 0 ? undefined : median(sizes);
  }

  /** What a day added to it. */
  added(contender: string, day: Day): number | undefined {
    const before = DAYS[DAYS.indexOf(day) - 1];
    const after = this.stored(contender, day);
    if (before === undefined || after === undefined) return after;
    return after - (this.stored(contender, before) ?? 0);
  }

  /** The highest of a contender's medians. */
  peakBytes(contender: string): number | undefined {
    const peaks = STEPS.flatMap((step) => this.cost(contender, step)?.peakBytes ?? []);
    return peaks.length === 0 ? undefined : Math.max(...peaks);
  }

  /** How many different chunks a contender keeps. */
  chunks(contender: string): number {
    return median([0, ...this.#of(contender, (round) => round.chunks)].slice(-1));
  }

  #of<T>(contender: string, value: (round: Round) => T | undefined): readonly T[] {
    return (this.#rounds.get(contender) ?? []).flatMap((round) => {
      const found = value(round);
      return found === undefined ? [] : [found];
    });
  }
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}
