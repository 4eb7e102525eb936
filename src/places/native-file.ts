import { constants } from "node:fs";
import { type FileHandle, mkdir, open, stat } from "node:fs/promises";
import { dirname, sep } from "node:path";
import { type ByteStore, SourceEndedError } from "../disk/index.ts";
import { HostFileError } from "./errors.ts";
import { fileRefusal } from "./file-refusal.ts";

const LARGEST_TRANSFER = 0x4000_0000; // below the 2 GiB that one system call takes

/** Where a file is for the system, and what people call it. */
export interface NativePlace {
  readonly native: string;
  readonly shown: string;
}

/** A file of the local machine, opened. Reads go straight into the caller's memory. */
export class NativeFile implements ByteStore {
  readonly #handle: FileHandle;
  readonly #place: NativePlace;
  #size: number;
  #nameIsDurable: boolean;
  #uncached: FileHandle | undefined;
  #closed = false;

  private constructor(
    handle: FileHandle,
    facts: { readonly place: NativePlace; readonly sizeBytes: number; readonly isNew: boolean },
  ) {
    this.#handle = handle;
    this.#place = facts.place;
    this.#size = facts.sizeBytes;
    this.#nameIsDurable = !facts.isNew;
  }

  /** Opens for reading, sharing everything with others; anything but a regular file is refused before it is touched. */
  static async open(place: NativePlace): Promise<NativeFile> {
    try {
      const facts = await stat(place.native);
      if (!facts.isFile()) throw notAFile(place);
      const handle = await open(place.native, "r");
      try {
        const { size } = await handle.stat();
        return new NativeFile(handle, { place, sizeBytes: size, isNew: false });
      } catch (error) {
        await handle.close();
        throw error;
      }
    } catch (error) {
      throw fileRefusal("open", place.shown, error);
    }
  }

  /** Makes a file that was not there, and the folders above it. */
  static async create(
    place: NativePlace,
    { isTemporary }: { readonly isTemporary?: true } = {},
  ): Promise<NativeFile> {
    try {
      await mkdir(dirname(place.native), { recursive: true });
      const handle = await open(place.native, "wx+");
      return new NativeFile(handle, { place, sizeBytes: 0, isNew: isTemporary !== true });
    } catch (error) {
      throw fileRefusal("create", place.shown, error);
    }
  }

  get sizeBytes(): number {
    return this.#size;
  }

  get descriptor(): number {
    return this.#handle.fd;
  }

  async read(target: Uint8Array, offset: number): Promise<void> {
    let done = 0;
    while (done < target.length) {
      const wanted = Math.min(target.length - done, LARGEST_TRANSFER);
      const { bytesRead } = await this.#attempt(
        "read",
        async () => await this.#handle.read(target, done, wanted, offset + done),
      );
      if (bytesRead === 0) {
        throw new SourceEndedError(
          `Cannot read ${target.length} bytes of "${this.#place.shown}" at ${offset}: it ends after ${done} of them`,
        );
      }
      done += bytesRead;
    }
  }

  async write(bytes: Uint8Array, offset: number): Promise<void> {
    let done = 0;
    while (done < bytes.length) {
      const wanted = Math.min(bytes.length - done, LARGEST_TRANSFER);
      const { bytesWritten } = await this.#attempt(
        "write",
        async () => await this.#handle.write(bytes, done, wanted, offset + done),
      );
      done += bytesWritten;
    }
    this.#size = Math.max(this.#size, offset + bytes.length);
  }

  async flush(): Promise<void> {
    await this.#attempt("flush", async () => await this.#handle.sync());
    if (this.#nameIsDurable) return;
    await this.#attempt("flush", async () => await syncFolder(dirname(this.#place.native)));
    this.#nameIsDurable = true;
  }

  async truncate(sizeBytes: number): Promise<void> {
    await this.#attempt("resize", async () => await this.#handle.truncate(sizeBytes));
    this.#size = sizeBytes;
  }

  async openUncached(): Promise<number | undefined> {
    this.#uncached ??= await this.#attempt(
      "open",
      async () => await reopenUncached(this.#handle, this.#place.native),
    );
    return this.#uncached?.fd;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#attempt("close", async () => {
      try {
        await this.#uncached?.close();
      } finally {
        await this.#handle.close();
      }
    });
  }

  async #attempt<T>(action: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw fileRefusal(action, this.#place.shown, error);
    }
  }
}

/** The same file once more, never another one that was put in its place meanwhile. Windows has no such flag that Node knows. */
async function reopenUncached(first: FileHandle, path: string): Promise<FileHandle | undefined> {
  if (constants.O_DIRECT === undefined) return undefined;
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_WRONLY | constants.O_DIRECT | constants.O_NOFOLLOW);
  } catch {
    return undefined; // not every file system has it, and nobody needs it
  }
  let isSame = false;
  try {
    const [one, other] = [await first.stat({ bigint: true }), await handle.stat({ bigint: true })];
    isSame = one.dev === other.dev && one.ino === other.ino;
  } finally {
    if (!isSame) await handle.close();
  }
  return isSame ? handle : undefined;
}

/** A new name is durable when its folder is; Windows has no such call and journals names by itself. */
export async function syncFolder(folder: string): Promise<void> {
  if (sep === "\\") return;
  await using handle = await open(folder, "r");
  await handle.sync();
}

function notAFile(place: NativePlace): HostFileError {
  return new HostFileError(`Cannot open "${place.shown}": it is not a regular file`, {
    path: place.shown,
    reason: "missing",
  });
}
