import { throwIfInterrupted } from "../../../base/index.ts";

/** Waits for a promise, or until the signal fires; whatever comes of the promise then is not heard. @throws {InterruptedError} */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  throwIfInterrupted(signal);
  const aborted = Promise.withResolvers<undefined>();
  const stop = (): void => aborted.resolve(undefined);
  signal?.addEventListener("abort", stop, { once: true });
  try {
    const first = await Promise.race([promise.then((value) => ({ value })), aborted.promise]);
    if (first !== undefined) return first.value;
    throwIfInterrupted(signal);
    return await promise;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}
