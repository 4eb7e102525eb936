import type { HostFileFacts, HostFiles } from "../places/index.ts";
import { FileChangedError, MachineFileMissingError } from "./errors.ts";

/** What the host says about a file before it is read. @throws {MachineFileMissingError} */
export async function fileFactsBefore(files: HostFiles, path: string): Promise<HostFileFacts> {
  const facts = await files.stat(path);
  if (facts === undefined || facts.kind !== "file") {
    throw new MachineFileMissingError(`Cannot read "${path}": the host has no such file`, { path });
  }
  return facts;
}

/** Says it when a file is not the one, or not as it was, any more. @throws {FileChangedError} */
export async function confirmSameFile(files: HostFiles, path: string, before: HostFileFacts): Promise<void> {
  const after = await files.stat(path);
  const difference = after === undefined ? "it is gone" : differenceOf(before, after);
  if (difference === undefined) return;
  throw new FileChangedError(`Cannot keep what was read of "${path}": ${difference}`, { path });
}

function differenceOf(before: HostFileFacts, after: HostFileFacts): string | undefined {
  if (before.volumeId !== after.volumeId || before.fileId !== after.fileId) {
    return "another file has its name now";
  }
  if (before.sizeBytes !== after.sizeBytes) {
    return `it had ${before.sizeBytes} bytes, and has ${after.sizeBytes} now`;
  }
  if (Temporal.Instant.compare(before.modified, after.modified) !== 0) {
    return `it was written at ${after.modified.toString()}`;
  }
  return undefined;
}
