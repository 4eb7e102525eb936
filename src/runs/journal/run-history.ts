import { z } from "zod";
import type { Clock } from "../../base/index.ts";
import { currentOwner, isOwnerAlive, OWNER_SCHEMA, type Owner } from "./owner.ts";
import { StateDatabase, type StateRow } from "./state-database.ts";

const FILE = "history.sqlite";

const VERSIONS = [
  `CREATE TABLE run (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     kind TEXT NOT NULL,
     host TEXT NOT NULL,
     started TEXT NOT NULL,
     owner TEXT NOT NULL,
     ended TEXT,
     outcome TEXT,
     summary TEXT
   ) STRICT;
   CREATE INDEX run_host ON run (host, number)`,
];

/** How many runs are remembered: three a day for over nine years. */
const ROWS_KEPT = 10_000;
const USUAL_LIMIT = 100;

export type RunOutcome = "done" | "failed" | "interrupted";

export interface RunRow {
  readonly id: string;
  /** What kind of run it was, for instance `backup`. */
  readonly kind: string;
  readonly host: string;
  readonly started: Temporal.Instant;
  readonly ended: Temporal.Instant | undefined;
  /** `died`: its process is gone, and nobody wrote how it ended. */
  readonly outcome: RunOutcome | "running" | "died";
  /** What the run said of itself at its end, as JSON; undefined before. */
  readonly summary: unknown;
}

export interface RunHistoryOptions {
  readonly clock: Clock;
  /** This process, if nothing else is said. */
  readonly owner?: Owner | undefined;
  /** Tells which owners live; the operating system, if nothing else is said. */
  readonly isAlive?: ((owner: Owner) => boolean) | undefined;
  /** How many runs are remembered. */
  readonly rowsKept?: number | undefined;
}

export interface RunListing {
  /** At most so many rows; 100 when left out. */
  readonly limit?: number | undefined;
  /** Only runs of this host. */
  readonly host?: string | undefined;
  /** Only runs that began before this one: for the next page. */
  readonly before?: string | undefined;
}

/** Opens, or makes, the run history of a state folder. */
export async function openRunHistory(folder: string, options: RunHistoryOptions): Promise<RunHistory> {
  return new RunHistory(await StateDatabase.open({ folder, file: FILE, versions: VERSIONS }), options);
}

/** One row for each run, and how it ended. Each call is durable before it resolves. */
export class RunHistory implements AsyncDisposable {
  readonly #database: StateDatabase;
  readonly #options: RunHistoryOptions;

  constructor(database: StateDatabase, options: RunHistoryOptions) {
    this.#database = database;
    this.#options = options;
  }

  /** Writes that a run has begun, and forgets the oldest runs above the number that is kept. Gives the run's id. */
  async begin(run: { readonly id: string; readonly kind: string; readonly host: string }): Promise<string> {
    this.#database.transaction(() => {
      const { lastRow } = this.#database.run(
        "INSERT INTO run (id, kind, host, started, owner) VALUES (?, ?, ?, ?, ?)",
        run.id,
        run.kind,
        run.host,
        this.#options.clock.now().toString(),
        JSON.stringify(this.#options.owner ?? currentOwner()),
      );
      this.#database.run(
        "DELETE FROM run WHERE number <= ?",
        lastRow - (this.#options.rowsKept ?? ROWS_KEPT),
      );
    });
    return run.id;
  }

  /** Writes how it ended; a run that is forgotten already is not brought back. */
  async end(id: string, result: { readonly outcome: RunOutcome; readonly summary?: unknown }): Promise<void> {
    this.#database.run(
      "UPDATE run SET ended = ?, outcome = ?, summary = ? WHERE id = ?",
      this.#options.clock.now().toString(),
      result.outcome,
      JSON.stringify(result.summary) ?? null,
      id,
    );
  }

  /** Newest first. */
  async list(listing: RunListing = {}): Promise<readonly RunRow[]> {
    const rows = this.#database.all(
      `SELECT * FROM run WHERE (?1 IS NULL OR host = ?1)
         AND (?2 IS NULL OR number < (SELECT number FROM run WHERE id = ?2))
       ORDER BY number DESC LIMIT ?3`,
      listing.host ?? null,
      listing.before ?? null,
      listing.limit ?? USUAL_LIMIT,
    );
    return rows.map((row) => this.#rowOf(row));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#database[Symbol.dispose]();
  }

  #rowOf(row: StateRow): RunRow {
    const { ended, summary } = row;
    return {
      id: String(row["id"]),
      kind: String(row["kind"]),
      host: String(row["host"]),
      started: Temporal.Instant.from(String(row["started"])),
      ended: typeof ended === "string" ? Temporal.Instant.from(ended) : undefined,
      outcome: this.#outcomeOf(row),
      summary: typeof summary === "string" ? this.#database.parse(summary, z.unknown()) : undefined,
    };
  }

  #outcomeOf(row: StateRow): RunRow["outcome"] {
    if (row["outcome"] !== null) return String(row["outcome"]) as RunOutcome;
    const owner = this.#database.parse(row["owner"], OWNER_SCHEMA);
    return (this.#options.isAlive ?? isOwnerAlive)(owner) ? "running" : "died";
  }
}
