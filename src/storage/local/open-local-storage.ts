import { mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type Entropy, systemEntropy } from "../../base/index.ts";
import { StorageDeniedError, StorageFullError, StorageMissingError } from "../errors.ts";
import type { Storage } from "../storage.ts";
import { syncFolder } from "./durable-folders.ts";
import { storageErrorFrom } from "./file-errors.ts";
import { LocalStorage } from "./local-storage.ts";
import { hasScratch, openScratch, type Scratch } from "./scratch.ts";

export interface LocalStorageOptions {
  /** Makes the folder, and those above it, when they are missing. Without it, opening writes nothing new there. */
  readonly create?: true | undefined;
  /** Names the files that are being written. */
  readonly entropy?: Entropy | undefined;
}

/**
 * A folder of this machine, or of a file server that it has mounted, as a store. Any number of programs may have it
 * open; what they left behind when they died is removed here. A folder that can only be read opens too, and refuses
 * to be written to. @throws {StorageMissingError} @throws {StorageDeniedError}
 */
export async function openLocalStorage(folder: string, options: LocalStorageOptions = {}): Promise<Storage> {
  const root = resolve(folder);
  const entropy = options.entropy ?? systemEntropy;
  try {
    if (options.create) await makeRoot(root);
    await requireFolder(root);
    const scratch =
      options.create || (await hasScratch(root)) ? await openScratchIfWritable(root, entropy) : undefined;
    return new LocalStorage({ root, entropy, scratch });
  } catch (error) {
    throw storageErrorFrom(error, { verb: "open the folder", name: folder, absence: "place" });
  }
}

async function requireFolder(root: string): Promise<void> {
  if (!(await stat(root)).isDirectory()) {
    throw new StorageMissingError(`Cannot open the folder "${root}": it is a file`);
  }
}

async function makeRoot(root: string): Promise<void> {
  const first = await mkdir(root, { recursive: true });
  if (first === undefined) return;
  for (let made = root; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

async function openScratchIfWritable(root: string, entropy: Entropy): Promise<Scratch | undefined> {
  try {
    return await openScratch(root, entropy);
  } catch (error) {
    const meaning = storageErrorFrom(error, { verb: "write to", name: root });
    // what is there can still be read; the first put says it again
    if (meaning instanceof StorageDeniedError || meaning instanceof StorageFullError) return undefined;
    throw error;
  }
}
