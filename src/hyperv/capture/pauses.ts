const FIRST_MS = 20;
const LONGEST_MS = 5_000; // a job object lives five minutes after its end; a poll must not miss it
const GROWTH = 1.6;

/** Milliseconds between looks at something that the host does: short at first, then ever longer. Endless. */
export function* pauses(): Generator<number, never> {
  for (let pause = FIRST_MS; ; pause = Math.min(LONGEST_MS, pause * GROWTH)) yield Math.round(pause);
}
