import { StillpointError } from "../../base/index.ts";
import {
  StorageDeniedError,
  StorageError,
  StorageMissingError,
  StorageObjectMissingError,
  StorageUnreachableError,
} from "../errors.ts";

/** [draft-ietf-secsh-filexfer-02] 7: what a server answers. OpenSSH has no more than these for all of the system's faults. */
export const SFTP_STATUS = {
  missing: 2,
  denied: 3,
  /** Also: the name is taken, no space is left. */
  failure: 4,
  noConnection: 6,
  connectionLost: 7,
  unsupported: 8,
} as const;

/** What the caller was about to do, for the message. */
export interface SftpAction {
  readonly verb: string;
  readonly name: string;
  /** What it means that nothing is there. */
  readonly absence?: "object" | "place" | undefined;
}

/** The status that a server gave, or undefined when the error is something else. */
export function sftpStatus(error: unknown): number | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "number" ? code : undefined;
}

/** The port's error for one of the library's. Our own errors and programming mistakes pass as they are. */
export function storageErrorFromSftp(error: unknown, action: SftpAction): unknown {
  const first = firstOf(error);
  if (!(first instanceof Error) || first instanceof StillpointError) return first;
  if (first instanceof TypeError || first instanceof RangeError) return first;
  const say = (state: string): string => `Cannot ${action.verb} "${action.name}": ${state}`;
  const cause = { cause: error };
  const status = sftpStatus(first);
  if (status === SFTP_STATUS.missing && action.absence === "place") {
    return new StorageMissingError(say("the folder is not there"), cause);
  }
  if (status === SFTP_STATUS.missing)
    return new StorageObjectMissingError(say("there is no such object"), cause);
  if (status === SFTP_STATUS.denied)
    return new StorageDeniedError(say("the server does not allow it"), cause);
  if (status === SFTP_STATUS.failure || status === SFTP_STATUS.unsupported) {
    return new StorageError(say("the server answered that it failed"), cause);
  }
  return connectionError(first, say, cause);
}

/** When cleaning up failed too, or several requests did, the first failure gives the meaning. */
function firstOf(error: unknown): unknown {
  if (error instanceof SuppressedError) return firstOf(error.suppressed);
  return error instanceof AggregateError && error.errors.length > 0 ? firstOf(error.errors[0]) : error;
}

function connectionError(error: Error, say: (state: string) => string, cause: ErrorOptions): StorageError {
  const level = "level" in error ? error.level : undefined;
  if (level === "client-authentication") {
    return new StorageDeniedError(say("the server refuses this user's key or password"), cause);
  }
  return new StorageUnreachableError(say("the connection failed"), cause);
}
