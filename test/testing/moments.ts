import type { Clock } from "../../src/base/index.ts";
import type { CimSession } from "../../src/cim/index.ts";
import type { HostCommands, HostFiles } from "../../src/places/index.ts";
import type { Storage } from "../../src/storage/index.ts";

const POLLED = /^(before|after) (get Msvm_ComputerSystem$|sleep )/;

/**
 * Counts the moments before and after every call that leaves the process, and lets something happen at each. In a
 * process of its own, `kill -9` at one of them is a crash at that very step.
 */
export class Moments {
  readonly names: string[] = [];
  readonly #at: (count: number) => void;
  /** Polled calls since the last other one: only the first of a kind is a moment, because nobody knows how many come. */
  readonly #polled = new Set<string>();

  constructor(at: (count: number) => void) {
    this.#at = at;
  }

  session(session: CimSession): CimSession {
    return {
      query: (namespace, wql, options) =>
        this.#around(`query ${wql}`, session.query(namespace, wql, options)),
      get: async (reference, options) =>
        await this.#call(`get ${reference.className}`, async () => await session.get(reference, options)),
      associators: (reference, options) =>
        this.#around(`associators ${reference.className}`, session.associators(reference, options)),
      invoke: async (reference, method, input) =>
        await this.#call(method, async () => await session.invoke(reference, method, input)),
      [Symbol.asyncDispose]: async () => {
        await session[Symbol.asyncDispose]();
      },
    };
  }

  /** Only what changes the host's files counts. */
  files(files: HostFiles): HostFiles {
    return {
      list: async (path) => await files.list(path),
      stat: async (path) => await files.stat(path),
      open: async (path) => await files.open(path),
      create: async (path) => await this.#call(`create ${path}`, async () => await files.create(path)),
      remove: async (path) => {
        await this.#call(`remove ${path}`, async () => {
          await files.remove(path);
        });
      },
    };
  }

  commands(commands: HostCommands): HostCommands {
    return {
      run: async (program, options) =>
        await this.#call(`run ${program}`, async () => await commands.run(program, options)),
    };
  }

  /** Moments in the middle of what takes its time on the host. */
  clock(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      monotonicMs: () => clock.monotonicMs(),
      sleep: async (milliseconds, options) => {
        await this.#call("sleep of the host", async () => {
          await clock.sleep(milliseconds, options);
        });
      },
    };
  }

  /** Only what changes the store counts: a crash while reading is a crash before the next change. */
  storage(storage: Storage): Storage {
    return {
      location: storage.location,
      traits: storage.traits,
      put: async (name, parts, options) => {
        await this.#call(`put ${name}`, async () => {
          await storage.put(name, parts, options);
        });
      },
      get: async (name, options) => await storage.get(name, options),
      stat: async (name, options) => await storage.stat(name, options),
      list: (prefix, options) => storage.list(prefix, options),
      delete: async (name, options) => {
        await this.#call(`delete ${name}`, async () => {
          await storage.delete(name, options);
        });
      },
      [Symbol.asyncDispose]: async () => {
        await storage[Symbol.asyncDispose]();
      },
    };
  }

  async #call<T>(name: string, work: () => Promise<T>): Promise<T> {
    this.#pass(`before ${name}`);
    const result = await work();
    this.#pass(`after ${name}`);
    return result;
  }

  async *#around<T>(name: string, items: AsyncIterable<T>): AsyncIterable<T> {
    this.#pass(`before ${name}`);
    yield* items;
    this.#pass(`after ${name}`);
  }

  #pass(name: string): void {
    if (POLLED.test(name)) {
      if (this.#polled.has(name)) return;
      this.#polled.add(name);
    } else this.#polled.clear();
    this.names.push(name);
    this.#at(this.names.length);
  }
}
