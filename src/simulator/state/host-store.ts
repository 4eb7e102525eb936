import { existsSync } from "node:fs";
import { open, readFile, rename, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { SimulatedHostInvalidError } from "../errors.ts";
import { HostLock } from "./host-lock.ts";
import { parseHost } from "./parse-host.ts";
import type { HostState } from "./schema.ts";

/**
 * The host's whole state: `host.json` in its folder, which several processes and people with editors share. Each act
 * takes the lock, reads what others changed, and has its changes on disk before it returns.
 */
export class HostStore implements Disposable {
  readonly folder: string;
  readonly #path: string;
  readonly #lock: HostLock;
  #known: { readonly stamp: string; readonly text: string; readonly state: HostState } | undefined;

  /** @throws {SimulatedHostInvalidError} where there is no host: the lock would be the first thing in its folder. */
  constructor(folder: string) {
    this.folder = folder;
    this.#path = join(folder, "host.json");
    if (!existsSync(this.#path)) throw noHost(folder);
    this.#lock = new HostLock(join(folder, "host.lock"));
  }

  /**
   * Runs an act on the state, which it may change in place. What it changed is written also when it throws one of
   * `kept`: a refusal counts its attempts. Anything else that it throws leaves the file as it was.
   */
  async act<T>(work: (state: HostState) => Promise<T>, kept: (error: unknown) => boolean): Promise<T> {
    return await this.#lock.hold(async () => {
      const known = await this.#read();
      let failure: { readonly error: unknown } | undefined;
      let result: T | undefined;
      try {
        result = await work(known.state);
      } catch (error) {
        if (!kept(error)) {
          this.#known = undefined;
          throw error;
        }
        failure = { error };
      }
      await this.#writeIfChanged(known);
      if (failure !== undefined) throw failure.error;
      return result as T;
    });
  }

  [Symbol.dispose](): void {
    this.#lock[Symbol.dispose]();
  }

  async #read(): Promise<{ readonly text: string; readonly state: HostState }> {
    const stamp = await this.#stamp();
    if (this.#known?.stamp === stamp) return this.#known;
    const read = await readFile(this.#path, "utf8");
    const state = parseHost(read, this.#path);
    this.#known = { stamp, text: textOf(state), state };
    return this.#known;
  }

  async #writeIfChanged(known: { readonly text: string; readonly state: HostState }): Promise<void> {
    const text = textOf(known.state);
    if (text === known.text) return;
    const draft = `${this.#path}.new`;
    {
      await using handle = await open(draft, "w");
      await handle.writeFile(text);
      await handle.sync();
    }
    await rename(draft, this.#path);
    await syncFolder(this.folder);
    this.#known = { stamp: await this.#stamp(), text, state: known.state };
  }

  async #stamp(): Promise<string> {
    try {
      const facts = await stat(this.#path, { bigint: true });
      return `${facts.ino} ${facts.size} ${facts.mtimeNs}`;
    } catch (cause) {
      throw noHost(this.folder, cause);
    }
  }
}

function noHost(folder: string, cause?: unknown): SimulatedHostInvalidError {
  return new SimulatedHostInvalidError(`Cannot use the simulated host "${folder}": it has no host.json`, {
    field: "",
    cause,
  });
}

function textOf(state: HostState): string {
  return `${JSON.stringify(state, null, 2)}\n`;
}

/** A new name is durable when its folder is; Windows has no such call and journals names by itself. */
async function syncFolder(folder: string): Promise<void> {
  if (sep === "\\") return;
  await using handle = await open(folder, "r");
  await handle.sync();
}
