import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from "node:sqlite";
import type { z } from "zod";
import { StillpointError } from "../../base/index.ts";
import { JournalBusyError, JournalDamagedError, JournalError, JournalNewerError } from "../errors.ts";

/** How long a call waits for another process, which keeps the database for one small transaction at a time. */
const BUSY_TIMEOUT_MS = 10_000;

export interface StateDatabaseOptions {
  readonly folder: string;
  /** The file's name in the folder. */
  readonly file: string;
  /** The statements of each version, oldest first; an older file gets those that it lacks. */
  readonly versions: readonly string[];
  readonly busyTimeoutMs?: number | undefined;
}

export type StateRow = Readonly<Record<string, SQLOutputValue>>;

/**
 * A SQLite file that several processes use at once and that survives the death of each: a call is durable when it
 * returns. Calls are synchronous and short; nothing is kept locked between them.
 */
export class StateDatabase implements Disposable {
  readonly #database: DatabaseSync;
  readonly #path: string;

  private constructor(database: DatabaseSync, path: string) {
    this.#database = database;
    this.#path = path;
  }

  static async open(options: StateDatabaseOptions): Promise<StateDatabase> {
    const path = join(options.folder, options.file);
    await makeFolder(options.folder);
    await makeFile(path);
    using opening = new DisposableStack();
    const connection = translating(path, () => {
      const opened = new DatabaseSync(path, { timeout: options.busyTimeoutMs ?? BUSY_TIMEOUT_MS });
      opening.use(opened);
      opened.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
      return opened;
    });
    const database = new StateDatabase(connection, path);
    database.transaction(() => database.#upgrade(options.versions));
    opening.move();
    return database;
  }

  /** Changes rows. */
  run(sql: string, ...values: SQLInputValue[]): { readonly changes: number; readonly lastRow: number } {
    return translating(this.#path, () => {
      const done = this.#database.prepare(sql).run(...values);
      return { changes: Number(done.changes), lastRow: Number(done.lastInsertRowid) };
    });
  }

  all(sql: string, ...values: SQLInputValue[]): readonly StateRow[] {
    return translating(this.#path, () => this.#database.prepare(sql).all(...values));
  }

  /** All of it or nothing, and nobody else writes meanwhile. */
  transaction<T>(work: () => T): T {
    return translating(this.#path, () => {
      this.#database.exec("BEGIN IMMEDIATE");
      try {
        const result = work();
        this.#database.exec("COMMIT");
        return result;
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
        throw error;
      }
    });
  }

  /** A column of JSON that this program wrote. @throws {JournalDamagedError} when it is something else */
  parse<T>(text: SQLOutputValue | undefined, schema: z.ZodType<T>): T {
    try {
      return schema.parse(JSON.parse(String(text)));
    } catch (error) {
      throw new JournalDamagedError(`Cannot read "${this.#path}": a row holds what nobody wrote`, {
        cause: error,
      });
    }
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  #upgrade(versions: readonly string[]): void {
    const [row] = this.all("PRAGMA user_version");
    const version = Number(row?.["user_version"]);
    if (version > versions.length) {
      throw new JournalNewerError(
        `Cannot use "${this.#path}": a newer program wrote it (version ${version}, known ${versions.length})`,
      );
    }
    if (version === versions.length) return;
    for (const statements of versions.slice(version)) this.#database.exec(statements);
    this.#database.exec(`PRAGMA user_version = ${versions.length}`);
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new JournalError(`Cannot make the state folder "${folder}": ${String(error)}`, { cause: error });
  }
}

/** Its owner's alone, also in a folder that others may read; SQLite gives the files beside it the same rights. */
async function makeFile(path: string): Promise<void> {
  try {
    await using _file = await open(path, "a", 0o600);
  } catch (error) {
    throw new JournalError(`Cannot open "${path}": ${String(error)}`, { cause: error });
  }
}

function translating<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw journalErrorFrom(error, path);
  }
}

/** SQLite's primary result codes (sqlite.org/rescode.html) are the low byte of what it reports. */
function journalErrorFrom(error: unknown, path: string): unknown {
  if (error instanceof StillpointError || !isSqliteError(error)) return error;
  const cause = { cause: error };
  switch (error.errcode & 0xff) {
    case 5: // SQLITE_BUSY
    case 6: // SQLITE_LOCKED
      return new JournalBusyError(`Cannot use "${path}": another process keeps it`, cause);
    case 11: // SQLITE_CORRUPT
    case 26: // SQLITE_NOTADB
      return new JournalDamagedError(`Cannot use "${path}": ${error.message}`, cause);
    default:
      return new JournalError(`Cannot use "${path}": ${error.message}`, cause);
  }
}

function isSqliteError(error: unknown): error is Error & { readonly errcode: number } {
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number";
}
