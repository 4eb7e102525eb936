import type { ByteSource } from "./byte-source.ts";
import type { Disk } from "./disk.ts";

/** A file with the path at which it was found. */
export interface ChainSource {
  readonly path: string;
  readonly source: ByteSource;
}

/** An open file of a chain, of one format. */
export interface ChainFile<File> {
  readonly path: string;
  readonly file: File;
}

/** A differencing disk with all its ancestors, open. Disposing of it closes every file. */
export interface DiskChain<File> extends AsyncDisposable {
  /** Leaf first. */
  readonly files: readonly ChainFile<File>[];
  /** The leaf as a guest sees it. */
  readonly disk: Disk;
}

/** A file that shows its disk over that of its parent; the root needs none. */
export interface Stackable {
  disk(parent?: Disk): Disk;
}

/** The leaf as a guest sees it, over all files of the chain, leaf first. There is at least one. */
export function stackDisks(files: readonly ChainFile<Stackable>[]): Disk {
  const [root, ...children] = files.toReversed();
  if (root === undefined) throw new TypeError("A chain has at least one file");
  return children.reduce((parent, child) => child.file.disk(parent), root.file.disk());
}
