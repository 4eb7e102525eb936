import { InternalError } from "../../../base/index.ts";

/**
 * A run is not what was written. It is deleted, and what it said is read from the segments again: whoever sees this error
 * decided something by the index, and has to begin again.
 */
export class LocalIndexDamagedError extends InternalError {
  /** The run's file. */
  readonly path: string;

  constructor(path: string, what: string, options?: ErrorOptions) {
    super(`Cannot use the local index "${path}": ${what}`, options);
    this.path = path;
  }
}
