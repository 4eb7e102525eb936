import { createHash, timingSafeEqual } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, type Entropy, hexFromBytes } from "../../base/index.ts";

const CHECK_BYTES = 32;
/** A file with a dot before its name is being written. No write takes as long as this. */
const STALE_MS = 24 * 60 * 60 * 1000;
/** After a removal so much of the limit is in use, so that not each write removes. */
const AFTER_REMOVAL = 0.8;

export interface ObjectCacheOptions {
  /** Made when it is first needed. Anybody may delete it at any time. */
  readonly folder: string;
  readonly limitBytes: number;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/**
 * Copies of immutable objects as files, each with the SHA-256 of its name and bytes before them. Nothing that goes wrong here is
 * an error: what cannot be read is not there, what cannot be kept is not kept. Several programs may share the folder.
 */
export class ObjectCache {
  readonly #options: ObjectCacheOptions;
  /** Undefined until the folder was looked at. */
  #usedBytes: number | undefined;

  constructor(options: ObjectCacheOptions) {
    this.#options = options;
  }

  /** The object's bytes, the caller's own; undefined when they are not there, or not as they were written. */
  async read(name: string): Promise<Uint8Array | undefined> {
    const path = this.#path(name);
    const file = await unlessItFails(async () => await readFile(path));
    if (file === undefined) return undefined;
    const bytes = Uint8Array.from(file.subarray(CHECK_BYTES));
    const check = file.subarray(0, CHECK_BYTES);
    if (check.length < CHECK_BYTES || !timingSafeEqual(check, checkOf(name, bytes))) {
      await this.drop(name);
      return undefined;
    }
    const now = this.#options.clock.now().epochMilliseconds / 1000;
    await unlessItFails(async () => await utimes(path, now, now)); // what is used stays longest
    return bytes;
  }

  /** Keeps a copy; what is oldest in use goes where there is too much. */
  async write(name: string, bytes: Uint8Array): Promise<void> {
    const { folder, limitBytes, entropy } = this.#options;
    const length = CHECK_BYTES + bytes.length;
    if (length > limitBytes) return;
    await unlessItFails(async () => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const temporary = join(folder, `.${hexFromBytes(entropy.bytes(16))}`);
      await using cleanup = new AsyncDisposableStack();
      cleanup.defer(async () => await rm(temporary, { force: true }));
      {
        await using handle = await open(temporary, "wx", 0o600);
        await handle.writeFile(Buffer.concat([checkOf(name, bytes), bytes]));
      }
      await rename(temporary, this.#path(name));
      this.#usedBytes = (this.#usedBytes ?? (await this.#makeRoom())) + length;
      if (this.#usedBytes > limitBytes) this.#usedBytes = await this.#makeRoom();
    });
  }

  async drop(name: string): Promise<void> {
    await unlessItFails(async () => await rm(this.#path(name), { force: true }));
  }

  #path(name: string): string {
    return join(this.#options.folder, name.replaceAll("/", "+"));
  }

  /** Removes what was not used for longest while there is too much, and what died programs left. Gives the bytes that stay. */
  async #makeRoom(): Promise<number> {
    const { folder, limitBytes, clock } = this.#options;
    const files: CachedFile[] = [];
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      const found = await unlessItFails(async () => await stat(path));
      if (found?.isFile() !== true) continue;
      const isOurs = !name.startsWith(".");
      const isStale = found.mtimeMs < clock.now().epochMilliseconds - STALE_MS;
      if (!isOurs && isStale) await unlessItFails(async () => await rm(path, { force: true }));
      if (isOurs) files.push({ path, usedMs: found.mtimeMs, sizeBytes: found.size });
    }
    let used = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    if (used <= limitBytes) return used;
    files.sort((a, b) => a.usedMs - b.usedMs);
    for (const { path, sizeBytes } of files) {
      if (used <= limitBytes * AFTER_REMOVAL) break;
      await unlessItFails(async () => await rm(path, { force: true }));
      used -= sizeBytes;
    }
    return used;
  }
}

interface CachedFile {
  readonly path: string;
  readonly usedMs: number;
  readonly sizeBytes: number;
}

/** With the name, so that a copy that was renamed is not believed. */
function checkOf(name: string, bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(`${name}\n`).update(bytes).digest();
}

/** The system's refusals do not matter here; programming mistakes do. */
async function unlessItFails<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const first: unknown = error instanceof SuppressedError ? error.suppressed : error; // when cleaning up failed too
    if (first instanceof Error && "code" in first) return undefined;
    throw error;
  }
}
