import { HostFileError, type HostFileReason } from "./errors.ts";

/** What a system's error number means to us. Windows says EBUSY for a sharing violation and EPERM for "access denied". */
const REASONS: Readonly<Record<string, HostFileReason>> = {
  ENOENT: "missing",
  ENOTDIR: "missing",
  EISDIR: "missing",
  EEXIST: "exists",
  EBUSY: "locked",
  ETXTBSY: "locked",
  EAGAIN: "locked",
  EACCES: "denied",
  EPERM: "denied",
  EROFS: "denied",
  ENOSPC: "full",
  EDQUOT: "full",
  EFBIG: "full",
};

const STATES: Readonly<Record<HostFileReason, string>> = {
  missing: "there is no such file",
  exists: "it exists already",
  locked: "another program holds it open without sharing it",
  denied: "the system denies access",
  full: "there is no space left",
  unmapped: "nothing says where it is readable from here",
  failed: "the system failed",
};

/** Turns a failure of `node:fs` into ours; anything else passes as it is. */
export function fileRefusal(action: string, path: string, error: unknown): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  const reason = REASONS[code] ?? "failed";
  return new HostFileError(`Cannot ${action} "${path}": ${STATES[reason]} (${code})`, {
    path,
    reason,
    cause: error,
  });
}

/** A path that no file of this place can have, whatever is on disk. */
export function unmappable(path: string, state: string): HostFileError {
  return new HostFileError(`Cannot use the path "${path}": ${state}`, { path, reason: "unmapped" });
}

/** Whether it says that nothing is there. */
export function isAbsence(error: unknown): boolean {
  const code = systemCode(error);
  return code === "ENOENT" || code === "ENOTDIR";
}

function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || !("syscall" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
