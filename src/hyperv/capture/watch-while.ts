import { InterruptedError, StillpointError } from "../../base/index.ts";
import type { GuestWatch } from "./guest-watch.ts";
import type { HostAccess } from "./host-access.ts";

/** Saving and restoring takes seconds at the least; a pause between two looks shows in the on-time. */
const LOOK_EVERY_MS = 500;

/** Looks at the guest again and again while something is done to it. A look that fails is missed, nothing more. */
export async function watchWhile<T>(
  access: HostAccess,
  watch: GuestWatch,
  work: () => Promise<T>,
): Promise<T> {
  if (!watch.isWatching) return await work();
  const done = new AbortController();
  const [worked, looked] = await Promise.allSettled([
    work().finally(() => {
      done.abort();
    }),
    lookUntil(access, watch, done.signal),
  ]);
  if (worked.status === "rejected") throw worked.reason;
  if (looked.status === "rejected") throw looked.reason;
  return worked.value;
}

async function lookUntil(access: HostAccess, watch: GuestWatch, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await lookOnce(watch);
    try {
      await access.clock.sleep(LOOK_EVERY_MS, { signal });
    } catch (error) {
      if (error instanceof InterruptedError) return;
      throw error;
    }
  }
}

async function lookOnce(watch: GuestWatch): Promise<void> {
  try {
    await watch.look();
  } catch (error) {
    // the next look counts the time since the last one that succeeded
    if (!(error instanceof StillpointError)) throw error;
  }
}
