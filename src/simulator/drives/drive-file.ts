import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { type ByteStore, SourceEndedError } from "../../disk/index.ts";
import { HostFileError } from "../../places/index.ts";

const REASONS: Readonly<Record<string, "missing" | "exists">> = {
  ENOENT: "missing",
  ENOTDIR: "missing",
  EEXIST: "exists",
};

/** A file of the simulated host, as its own services open it. Nothing is promised about power cuts of the real machine. */
export class DriveFile implements ByteStore {
  readonly #handle: FileHandle;
  readonly #shown: string;
  #size: number;

  private constructor(handle: FileHandle, facts: { readonly shown: string; readonly sizeBytes: number }) {
    this.#handle = handle;
    this.#shown = facts.shown;
    this.#size = facts.sizeBytes;
  }

  static async open(native: string, shown: string): Promise<DriveFile> {
    return await DriveFile.#opened(native, { shown, flags: "r+" });
  }

  static async openToRead(native: string, shown: string): Promise<DriveFile> {
    return await DriveFile.#opened(native, { shown, flags: "r" });
  }

  static async create(native: string, shown: string): Promise<DriveFile> {
    await mkdir(dirname(native), { recursive: true });
    return await DriveFile.#opened(native, { shown, flags: "wx+" });
  }

  static async #opened(native: string, how: { shown: string; flags: string }): Promise<DriveFile> {
    try {
      const handle = await open(native, how.flags);
      const { size } = await handle.stat();
      return new DriveFile(handle, { shown: how.shown, sizeBytes: size });
    } catch (cause) {
      const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
      const reason = REASONS[code] ?? "failed";
      throw new HostFileError(`Cannot open "${how.shown}": ${reason} (${code})`, {
        path: how.shown,
        reason,
        cause,
      });
    }
  }

  get sizeBytes(): number {
    return this.#size;
  }

  async read(target: Uint8Array, offset: number): Promise<void> {
    let done = 0;
    while (done < target.length) {
      const { bytesRead } = await this.#handle.read(target, done, target.length - done, offset + done);
      if (bytesRead === 0) {
        throw new SourceEndedError(
          `Cannot read ${target.length} bytes of "${this.#shown}" at ${offset}: it ends after ${done}`,
        );
      }
      done += bytesRead;
    }
  }

  async write(bytes: Uint8Array, offset: number): Promise<void> {
    let done = 0;
    while (done < bytes.length) {
      const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, offset + done);
      done += bytesWritten;
    }
    this.#size = Math.max(this.#size, offset + bytes.length);
  }

  async flush(): Promise<void> {
    // another process of this machine sees written bytes at once, and a power cut of it ends the simulation
  }

  async truncate(sizeBytes: number): Promise<void> {
    await this.#handle.truncate(sizeBytes);
    this.#size = sizeBytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}
