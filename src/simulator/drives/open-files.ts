import { realpathSync } from "node:fs";
import { windowsPathKey } from "../../places/index.ts";

/**
 * What clients of this process hold open on one simulated host, so that share modes can be enforced. Handles of other
 * processes are not seen; those of a dead process are gone, as on a real host.
 */
export class OpenFiles {
  readonly #counts = new Map<string, { readonly path: string; count: number }>();

  /** All simulated hosts of one folder share one record in this process. */
  static of(folder: string): OpenFiles {
    const key = realpathSync(folder);
    const known = RECORDS.get(key) ?? new OpenFiles();
    RECORDS.set(key, known);
    return known;
  }

  /** The result is called once, when the file is closed. */
  note(path: string): () => void {
    const key = windowsPathKey(path);
    const entry = this.#counts.get(key) ?? { path, count: 0 };
    entry.count++;
    this.#counts.set(key, entry);
    let closed = false;
    return () => {
      if (closed) return;
      closed = true;
      entry.count--;
      if (entry.count === 0) this.#counts.delete(key);
    };
  }

  has(path: string): boolean {
    return this.#counts.has(windowsPathKey(path));
  }

  /** Paths as they were opened. */
  paths(): readonly string[] {
    return [...this.#counts.values()].map((entry) => entry.path);
  }
}

const RECORDS = new Map<string, OpenFiles>();
