import type { SeededEntropy } from "../../base/testing/index.ts";
import type { MemoryStorage } from "./memory-storage.ts";
import type { RecordedCall, RecordingStorage } from "./recording-storage.ts";

/** So many calls between two barriers are reordered in every way; of more, ways are drawn. */
const ALL_WAYS_UP_TO = 3;

/** What a crash may have left in a store. */
export interface CrashState {
  readonly store: MemoryStorage;
  /** The changes that took place. */
  readonly calls: readonly RecordedCall[];
  /** For a message: which changes on their way took place, and which did not. */
  readonly what: string;
}

/**
 * Every state that a crash can leave, by the calls that a program recorded. A barrier is an answer that somebody waited for:
 * a call that was answered before another one began took place before it. Calls that are on their way at the same time may
 * take place in any order, so a crash finds any subset of them done: up to three in every way, of more `draws` ways.
 */
export function* crashStates(
  storage: RecordingStorage,
  options: { readonly random: SeededEntropy; readonly draws: number },
): Generator<CrashState> {
  const seen = new Set<string>();
  for (const moment of moments(storage.calls)) {
    const answered = storage.calls.filter((call) => call.answered < moment);
    const onTheWay = storage.calls.filter((call) => call.begun < moment && call.answered >= moment);
    for (const done of ways(onTheWay, options)) {
      const there = new Set([...answered, ...done]);
      const calls = storage.calls.filter((call) => there.has(call));
      const key = calls.map((call) => call.begun).join();
      if (seen.has(key)) continue;
      seen.add(key);
      yield {
        store: storage.stateAfter(calls),
        calls,
        what: `after ${answered.length} answers, of ${onTheWay.length} on their way: ${done.map(({ kind, name }) => `${kind} ${name}`).join(", ") || "none"}`,
      };
    }
  }
}

/** Right before each answer, and at the end: all that can be on its way together is so at one of them. */
function moments(calls: readonly RecordedCall[]): readonly number[] {
  const answers = calls.map(({ answered }) => answered).filter((at) => Number.isFinite(at));
  return [0, ...answers.toSorted((a, b) => a - b), Number.MAX_SAFE_INTEGER];
}

function* ways(
  calls: readonly RecordedCall[],
  { random, draws }: { readonly random: SeededEntropy; readonly draws: number },
): Generator<readonly RecordedCall[]> {
  const isFew = calls.length <= ALL_WAYS_UP_TO;
  const count = isFew ? 2 ** calls.length : draws;
  for (let way = 0; way < count; way++) {
    const draw = isFew ? way : random.next();
    yield calls.filter((_, i) => ((draw >>> (i % 32)) & 1) === 1);
  }
}
