import { InternalError, InterruptedError, StillpointError } from "../base/index.ts";

/**
 * After these nothing more can be stored in this run, for whichever machine. A lost session is not among them: the next
 * machine begins with a new one.
 */
const VAULT_TAKES_NOTHING = new Set(["storage-full", "storage-denied", "storage-missing"]);

/** The error that makes going on with other machines pointless, or undefined when they may still succeed. */
export function endOfRun(error: unknown): Error | undefined {
  return everyError(error).find(
    (one) =>
      one instanceof InterruptedError ||
      (one instanceof StillpointError && VAULT_TAKES_NOTHING.has(one.code)),
  );
}

/** What went wrong first, and what went wrong while that was handled. */
export function primaryError(error: unknown): {
  readonly error: Error;
  readonly alsoFailed: readonly Error[];
} {
  if (error instanceof SuppressedError) {
    const inner = primaryError(error.suppressed);
    return { error: inner.error, alsoFailed: [...inner.alsoFailed, asError(error.error)] };
  }
  return { error: asError(error), alsoFailed: [] };
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error
    ? thrown
    : new InternalError(`Cannot go on: something that is no error was thrown: ${String(thrown)}`);
}

/** The error, its causes, and all that are gathered in it. */
function everyError(error: unknown): readonly Error[] {
  if (!(error instanceof Error)) return [];
  const inner = [
    error.cause,
    ...(error instanceof AggregateError ? (error.errors as unknown[]) : []),
    ...(error instanceof SuppressedError ? [error.suppressed, error.error] : []),
  ];
  return [error, ...inner.flatMap(everyError)];
}
