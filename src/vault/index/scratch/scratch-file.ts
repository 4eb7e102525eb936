import { closeSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { crc32 } from "node:zlib";
import { LocalIndexDamagedError } from "../local/errors.ts";

/** Room on the local disk for what has none in memory. */
export interface Scratch {
  /** What its users may take in memory, all together. */
  readonly memoryBytes: number;
  /** A new file, empty; whoever asked disposes of it. @throws {LocalIndexDamagedError} when there is no room */
  open(): ScratchFile;
}

/**
 * A file for one program and not for long: it loses its name as soon as it is open, so that a killed program leaves nothing.
 * @throws {LocalIndexDamagedError} from every method
 */
export class ScratchFile implements Disposable {
  readonly path: string;
  readonly #file: number;
  #end = 0;

  constructor(path: string) {
    this.path = path;
    this.#file = this.#trying("made", () => openSync(path, "wx+", 0o600));
    this.#dropName(); // where an open file keeps its name, it goes when it is closed
  }

  /** Where it has been put. */
  append(bytes: Uint8Array): number {
    const at = this.#end;
    this.write(bytes, at);
    return at;
  }

  write(bytes: Uint8Array, at: number): void {
    this.#trying("written", () => {
      for (let done = 0; done < bytes.length; )
        done += writeSync(this.#file, bytes, done, bytes.length - done, at + done);
    });
    this.#end = Math.max(this.#end, at + bytes.length);
  }

  /** Fills `into` with what was written there; the checksum is that of then. */
  read(into: Uint8Array, at: number, checksum: number): void {
    this.#trying("read", () => {
      for (let done = 0; done < into.length; ) {
        const read = readSync(this.#file, into, done, into.length - done, at + done);
        if (read === 0) throw new LocalIndexDamagedError(this.path, "it is cut off");
        done += read;
      }
    });
    if (crc32(into) !== checksum) throw new LocalIndexDamagedError(this.path, "it is not what was written");
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
    this.#dropName();
  }

  #dropName(): void {
    try {
      unlinkSync(this.path);
    } catch (error) {
      if (!(error instanceof Error && "syscall" in error)) throw error; // it goes later, or with the next start
    }
  }

  #trying<T>(what: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Error && "syscall" in error)) throw error;
      throw new LocalIndexDamagedError(this.path, `it cannot be ${what}`, { cause: error });
    }
  }
}
