/** Whether trying the same again can help: never, later as it is, or only after somebody repaired something. */
export type Retry = "never" | "later" | "after-repair";

/**
 * The root of every error that a caller can act on. Each subclass has one documented kebab-case `code`; its advice,
 * exit code and German text stand in `app/problems.ts`, and a test proves that none is missing there.
 *
 * Messages read "Cannot <action> <quoted value>: <current state>", in sentence case without a full stop.
 */
export abstract class StillpointError extends Error {
  abstract readonly code: string;
  abstract readonly retry: Retry;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A broken promise inside the program: a bug of ours, never something that a user did. */
export class InternalError extends StillpointError {
  readonly code = "internal";
  readonly retry = "never";
}

/** The work was told to stop; what had been held has been released when this reaches the surface. */
export class InterruptedError extends StillpointError {
  readonly code = "interrupted";
  readonly retry = "later";
}

/** Throws `InterruptedError` when the signal has fired; called between steps of long work. */
export function throwIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new InterruptedError("Cannot go on: interrupted", { cause: signal.reason });
}

/** A 64-bit field holds more than this program calculates with (2^53): damage, or a file from another world. */
export class FieldTooLargeError extends StillpointError {
  readonly code = "field-too-large";
  readonly retry = "never";
}

/** A structure is cut off before its end. */
export class StructTruncatedError extends StillpointError {
  readonly code = "struct-truncated";
  readonly retry = "never";
}
