import { DatabaseSync } from "node:sqlite";
import { type Clock, systemClock } from "../../base/index.ts";
import { SimulatedHostBusyError } from "../errors.ts";

const SQLITE_BUSY = 5;
const LONGEST_WAIT_MS = 60_000; // an act copies megabytes at the most
const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 20;

/**
 * One holder at a time, over all processes. The lock is the operating system's, on an empty database file: a dead
 * owner's is gone with it, so that there is nothing stale to judge.
 */
export class HostLock implements Disposable {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #clock: Clock;
  /** Those of this process queue here, in the order in which they came. */
  #last: Promise<unknown> = Promise.resolve();

  /** The clock waits for other processes, which live in real time whatever the simulated host's clock says. */
  constructor(path: string, clock: Clock = systemClock) {
    this.#path = path;
    this.#database = new DatabaseSync(path);
    this.#database.exec("PRAGMA busy_timeout = 0");
    this.#clock = clock;
  }

  /** Runs the work while nobody else holds the lock. Not re-entrant. @throws {SimulatedHostBusyError} */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(
      async () => await this.#held(work),
      async () => await this.#held(work),
    );
    this.#last = mine;
    return await mine;
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  async #held<T>(work: () => Promise<T>): Promise<T> {
    await this.#take();
    try {
      return await work();
    } finally {
      this.#database.exec("COMMIT");
    }
  }

  async #take(): Promise<void> {
    const start = this.#clock.monotonicMs();
    let pauseMs = FIRST_PAUSE_MS;
    while (!this.#tryOnce()) {
      if (this.#clock.monotonicMs() - start > LONGEST_WAIT_MS) {
        throw new SimulatedHostBusyError(
          `Cannot use the simulated host: another process has held "${this.#path}" for a minute`,
        );
      }
      await this.#clock.sleep(pauseMs);
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    }
  }

  #tryOnce(): boolean {
    try {
      this.#database.exec("BEGIN EXCLUSIVE");
      return true;
    } catch (error) {
      if (error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY) return false;
      throw error;
    }
  }
}
