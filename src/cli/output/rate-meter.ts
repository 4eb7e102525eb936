const WINDOW_MS = 10_000; // long enough to be calm, short enough to tell when it gets slower
const SAMPLE_MS = 100; // samples stand so far apart, so that a window has at most a hundred

/** Bytes a second over the last ten seconds. */
export function rateMeter(): { add(doneBytes: number, atMs: number): void; bytesPerSecond(): number } {
  const samples: { doneBytes: number; atMs: number }[] = [];
  return {
    add(doneBytes, atMs) {
      const [before, newest] = samples.slice(-2);
      if (before !== undefined && newest !== undefined && newest.atMs - before.atMs < SAMPLE_MS)
        samples.pop();
      samples.push({ doneBytes, atMs });
      while (samples.length > 2 && atMs - (samples[0]?.atMs ?? atMs) > WINDOW_MS) samples.shift();
    },
    bytesPerSecond() {
      const [first, last] = [samples[0], samples.at(-1)];
      if (first === undefined || last === undefined || last.atMs === first.atMs) return 0;
      return ((last.doneBytes - first.doneBytes) * 1000) / (last.atMs - first.atMs);
    },
  };
}
