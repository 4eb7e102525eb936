import { type Retry, StillpointError } from "../../base/index.ts";
import {
  StorageError,
  StorageMissingError,
  StorageObjectMissingError,
  StorageUnreachableError,
} from "../errors.ts";

/** The program rclone is not there, or cannot be started. */
export class RcloneMissingError extends StorageError {
  override readonly code = "rclone-missing";
  override readonly retry: Retry = "after-repair";
}

/** rclone ended before it served anything: it does not know the remote, or cannot sign in. */
export class RcloneFailedError extends StorageError {
  override readonly code = "rclone-failed";
  override readonly retry: Retry = "after-repair";
}

/** What the caller was about to do, for the message. */
export interface RcloneAction {
  readonly verb: string;
  readonly name: string;
  readonly signal?: AbortSignal | undefined;
  /** What it means that nothing is there. */
  readonly absence?: "object" | "place" | undefined;
}

const NOT_FOUND = 404;

/**
 * The port's error for an answer that is none of the good ones. Statuses tell what is missing and nothing else, so that
 * a full or refusing store reads as a failure with rclone's own words.
 */
export function storageErrorFromStatus(
  status: number,
  action: RcloneAction,
  complaint: string | undefined,
): StorageError {
  const said = complaint === undefined ? "" : ` and said "${complaint}"`;
  const say = (state: string): string => `Cannot ${action.verb} "${action.name}": ${state}`;
  if (status === NOT_FOUND && action.absence === "place") {
    return new StorageMissingError(say("the folder is not there"));
  }
  if (status === NOT_FOUND) return new StorageObjectMissingError(say("there is no such object"));
  return new StorageError(say(`rclone answered ${status}${said}`));
}

/** The port's error for a line to rclone that broke. Our own errors and programming mistakes pass as they are. */
export function storageErrorFromLine(
  error: unknown,
  action: RcloneAction,
  complaint: string | undefined,
): unknown {
  const isOurs =
    error instanceof StillpointError || error instanceof TypeError || error instanceof RangeError;
  if (isOurs || !(error instanceof Error)) return error;
  const said = complaint === undefined ? "" : `, it said "${complaint}"`;
  return new StorageUnreachableError(
    `Cannot ${action.verb} "${action.name}": the connection to rclone broke${said}`,
    { cause: error },
  );
}
