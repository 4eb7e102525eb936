import { StillpointError } from "../../base/index.ts";
import {
  StorageDeniedError,
  StorageError,
  StorageFullError,
  StorageMissingError,
  StorageObjectExistsError,
  StorageObjectMissingError,
  StorageUnreadableError,
} from "../errors.ts";

/** Bad sectors, and checksums of the file system that are wrong (Btrfs and ZFS say EIO, XFS and ext4 the others). */
const UNREADABLE: ReadonlySet<string> = new Set(["EIO", "EBADMSG", "EUCLEAN"]);

/** The operating system's name of a failure (`ENOENT`), or undefined when it is something else. */
export function fileErrorCode(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

/** Whether nothing has the name: also when a part of its path is a file, or when it is a folder. */
export function isAbsence(error: unknown): boolean {
  const code = fileErrorCode(error);
  return code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR";
}

/** What the caller was about to do, for the message: "write", and the object or folder. */
export interface FileAction {
  readonly verb: string;
  readonly name: string;
  /** What it means that nothing is there. */
  readonly absence?: "object" | "place" | undefined;
}

/**
 * The port's error for an operating system's; our own errors and programming mistakes pass as they are. When cleaning
 * up failed too, the first failure gives the meaning, and both are the cause.
 */
export function storageErrorFrom(error: unknown, action: FileAction): unknown {
  const first: unknown = error instanceof SuppressedError ? error.suppressed : error;
  const code = fileErrorCode(first);
  if (code === undefined || first instanceof StillpointError) return first;
  const say = (state: string): string => `Cannot ${action.verb} "${action.name}": ${state}`;
  const cause = { cause: error };
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return new StorageFullError(say("no space is left there"), cause);
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new StorageDeniedError(say(`the file system does not allow it (${code})`), cause);
    case "EEXIST":
      return new StorageObjectExistsError(say("the name is taken"), cause);
    case "ENOENT":
    case "ENOTDIR":
    case "EISDIR":
      return action.absence === "place"
        ? new StorageMissingError(say(`the folder is not there (${code})`), cause)
        : new StorageObjectMissingError(say("there is no such object"), cause);
    default:
      return otherFault(code, { action, say, cause });
  }
}

function otherFault(
  code: string,
  of: {
    readonly action: FileAction;
    readonly say: (state: string) => string;
    readonly cause: ErrorOptions;
  },
): StorageError {
  const { action, say, cause } = of;
  return action.verb === "read" && UNREADABLE.has(code)
    ? new StorageUnreadableError(say(`the disk does not give it (${code})`), cause)
    : new StorageError(say(`the file system answered ${code}`), cause);
}
