import type { ByteSource, ByteStore } from "../disk/index.ts";

export interface HostFileFacts {
  readonly kind: "file" | "folder";
  readonly sizeBytes: number;
  readonly modified: Temporal.Instant;
  /** Together they tell a file from another of the same path: text as the system gives it, opaque. */
  readonly volumeId: string;
  readonly fileId: string;
}

export interface HostEntry {
  readonly name: string;
  readonly kind: "file" | "folder";
}

/**
 * The files of a host, addressed by the host's own paths (`D:\Machines\web01\web01.vhdx`, a shadow copy's device path,
 * a share) or, for a `folder:` host, relative to its root. Paths compare as the host compares them.
 *
 * Refusals are `HostFileError` with a reason that callers can act on; absence is a value.
 */
export interface HostFiles {
  /** Entries of a folder, sorted by name; empty when there is no such folder. */
  list(path: string): Promise<readonly HostEntry[]>;
  stat(path: string): Promise<HostFileFacts | undefined>;
  /** Opens for random reads, sharing read and write with others. @throws {HostFileError} */
  open(path: string): Promise<ByteSource>;
  /** Makes a new file and the folders above it; never overwrites. @throws {HostFileError} */
  create(path: string): Promise<ByteStore>;
  /** Removes a file; absent already is fine. */
  remove(path: string): Promise<void>;
}

/** A folder of this machine that we write results to. */
export interface FolderFiles extends HostFiles {
  /**
   * As for every host. A temporary name need not outlive a power cut, only what is written does: `rename` gives the one that lasts.
   */
  create(path: string, options?: { readonly isTemporary?: true }): Promise<ByteStore>;
  /**
   * Gives a closed file another name in the same folder, in place of a file that has it. A reader sees the old or the new
   * one, and the name is durable when this resolves. @throws {HostFileError}
   */
  rename(path: string, newPath: string): Promise<void>;
  /** What can still be written into the folder, in bytes; undefined where the file system does not say. */
  freeBytes(): Promise<number | undefined>;
}
