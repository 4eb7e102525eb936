import type { Clock } from "../../base/index.ts";
import type { CheckPlace } from "./probe-checks.ts";

/** How fast a store answers and carries, seen from here. */
export interface StorageFigures {
  /** The median of some calls on objects of 4 KiB, in milliseconds. */
  readonly latencyMs: {
    readonly put: number;
    readonly get: number;
    readonly stat: number;
    readonly list: number;
  };
  /** With four objects of 16 MiB on their way at the same time. */
  readonly bytesPerSecond: { readonly put: number; readonly get: number };
}

const CALLS = 9;
const SMALL_BYTES = 4096;
const LARGE_BYTES = 16 * 1024 * 1024;
const AT_ONCE = 4;

/** Writes 64 MiB, and reads them. */
export async function measureStorage(place: CheckPlace, clock: Clock): Promise<StorageFigures> {
  const { one, entropy, signal } = place;
  const small = entropy.bytes(SMALL_BYTES);
  const put = await medianMs(clock, async (i) => await one.put(`small/${i}`, [small], { signal }));
  const get = await medianMs(clock, async (i) => void (await one.get(`small/${i}`, { signal })));
  const stat = await medianMs(clock, async (i) => void (await one.stat(`small/${i}`, { signal })));
  const list = await medianMs(
    clock,
    async () => void (await Array.fromAsync(one.list("small/", { signal }))),
  );
  const large = entropy.bytes(LARGE_BYTES);
  const sent = await rate(clock, async (i) => await one.put(`bulk/${i}`, [large], { signal }));
  const received = await rate(clock, async (i) => void (await one.get(`bulk/${i}`, { signal })));
  return { latencyMs: { put, get, stat, list }, bytesPerSecond: { put: sent, get: received } };
}

async function medianMs(clock: Clock, call: (i: number) => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < CALLS; i++) {
    const from = clock.monotonicMs();
    await call(i);
    times.push(clock.monotonicMs() - from);
  }
  times.sort((a, b) => a - b);
  return Math.round((times[Math.floor(CALLS / 2)] ?? 0) * 100) / 100;
}

async function rate(clock: Clock, call: (i: number) => Promise<void>): Promise<number> {
  const from = clock.monotonicMs();
  await Promise.all(Array.from({ length: AT_ONCE }, async (_, i) => await call(i)));
  const seconds = Math.max(0.001, (clock.monotonicMs() - from) / 1000);
  return Math.round((AT_ONCE * LARGE_BYTES) / seconds);
}
