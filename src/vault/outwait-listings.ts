import type { Clock } from "../base/index.ts";
import type { Storage } from "../storage/index.ts";

/**
 * Waits until listings show what was put before, and nothing that was deleted before; so many times, where those who put it may
 * have waited for something of ours themselves. Nothing where listings are never late: docs/vault-format.md 10.7.
 */
export async function outwaitListings(
  times: number,
  parts: {
    readonly storage: Pick<Storage, "traits">;
    readonly clock: Clock;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<void> {
  const lateMs = parts.storage.traits.listsLateMs ?? 0;
  if (lateMs > 0) await parts.clock.sleep(times * lateMs, { signal: parts.signal });
}
