import type { Clock, JsonValue } from "../../base/index.ts";
import { JournalEntryMissingError } from "../errors.ts";
import { type CustodyEntry, type CustodyFacts, FACTS_SCHEMA, type StandingEntry } from "./custody-entry.ts";
import { currentOwner, isOwnerAlive, OWNER_SCHEMA, type Owner } from "./owner.ts";
import { StateDatabase, type StateRow } from "./state-database.ts";

const FILE = "journal.sqlite";

const VERSIONS = [
  `CREATE TABLE session (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     owner TEXT NOT NULL,
     ended INTEGER NOT NULL DEFAULT 0
   ) STRICT;
   CREATE TABLE custody (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     session INTEGER NOT NULL REFERENCES session (id),
     adopted INTEGER NOT NULL DEFAULT 0,
     host TEXT NOT NULL,
     machine TEXT NOT NULL,
     kind TEXT NOT NULL,
     facts TEXT NOT NULL,
     recorded TEXT NOT NULL
   ) STRICT;
   CREATE INDEX custody_host ON custody (host)`,
];

export interface JournalOptions {
  readonly clock: Clock;
  /** This process, if nothing else is said. */
  readonly owner?: Owner | undefined;
  /** Tells which owners live; the operating system, if nothing else is said. */
  readonly isAlive?: ((owner: Owner) => boolean) | undefined;
  /** How long a call waits while another process writes; ten seconds when left out. */
  readonly busyTimeoutMs?: number | undefined;
}

/** Opens, or makes, the journal of a state folder. Open one for each run: what it records is its own until it is disposed. */
export async function openJournal(folder: string, options: JournalOptions): Promise<Journal> {
  const { busyTimeoutMs } = options;
  return new Journal(
    await StateDatabase.open({ folder, file: FILE, versions: VERSIONS, busyTimeoutMs }),
    options,
  );
}

/**
 * The journal of what is made on hosts: an entry is recorded before the thing is made and struck after it is seen gone.
 * Each call is durable before it resolves; several processes, and several runs of one process, use it at once.
 */
export class Journal implements AsyncDisposable {
  readonly #database: StateDatabase;
  readonly #clock: Clock;
  readonly #owner: Owner;
  readonly #isAlive: (owner: Owner) => boolean;
  #session: number | undefined;

  constructor(database: StateDatabase, options: JournalOptions) {
    this.#database = database;
    this.#clock = options.clock;
    this.#owner = options.owner ?? currentOwner();
    this.#isAlive = options.isAlive ?? isOwnerAlive;
  }

  /** Gives the id of the new entry; ids are never used again. */
  async record(entry: CustodyFacts): Promise<string> {
    return this.#database.transaction(() => {
      const { lastRow } = this.#database.run(
        "INSERT INTO custody (session, host, machine, kind, facts, recorded) VALUES (?, ?, ?, ?, ?, ?)",
        this.#ownSession(),
        entry.host,
        entry.machine,
        entry.kind,
        JSON.stringify(entry.facts),
        this.#clock.now().toString(),
      );
      return String(lastRow);
    });
  }

  /** Adds facts to an entry; facts of the same name are replaced. @throws {JournalEntryMissingError} */
  async amend(id: string, facts: Readonly<Record<string, JsonValue>>): Promise<void> {
    this.#database.transaction(() => {
      const [row] = this.#database.all("SELECT facts FROM custody WHERE id = ?", id);
      if (row === undefined) {
        throw new JournalEntryMissingError(`Cannot amend journal entry "${id}": it is not there`);
      }
      const merged = { ...this.#database.parse(row["facts"], FACTS_SCHEMA), ...facts };
      this.#database.run("UPDATE custody SET facts = ? WHERE id = ?", JSON.stringify(merged), id);
    });
  }

  /** Removes an entry; absent already is fine. */
  async strike(id: string): Promise<void> {
    this.#database.run("DELETE FROM custody WHERE id = ?", id);
  }

  /**
   * Entries of this host whose owner is dead, or is an ended run of a living process; oldest first. Giving them out
   * makes them ours: until this journal is disposed no other gives them out, so that nothing is cleaned twice at once.
   */
  async abandoned(host: string): Promise<readonly CustodyEntry[]> {
    return this.#database.transaction(() => {
      const rows = this.#database.all(
        `SELECT custody.*, session.owner, session.ended FROM custody JOIN session ON session.id = custody.session
         WHERE host = ? ORDER BY custody.id`,
        host,
      );
      const alive = new Map<number, boolean>();
      const found = rows.filter((row) => this.#isAbandoned(row, alive));
      for (const row of found) {
        this.#database.run(
          "UPDATE custody SET session = ?, adopted = 1 WHERE id = ?",
          this.#ownSession(),
          row["id"] ?? null,
        );
      }
      return found.map((row) => this.#entryOf(row));
    });
  }

  /** Entries of other hosts whose owner is dead, oldest first: only looks, and takes nothing over. */
  async adrift(host: string): Promise<readonly CustodyEntry[]> {
    const alive = new Map<number, boolean>();
    return this.#database
      .all(
        `SELECT custody.*, session.owner, session.ended FROM custody JOIN session ON session.id = custody.session
         WHERE host <> ? ORDER BY custody.id`,
        host,
      )
      .filter((row) => this.#isAbandoned(row, alive))
      .map((row) => this.#entryOf(row));
  }

  /** All entries of this host, oldest first, whoever owns them: only looks, and takes nothing over. */
  async standing(host: string): Promise<readonly StandingEntry[]> {
    const alive = new Map<number, boolean>();
    return this.#database
      .all(
        `SELECT custody.*, session.owner, session.ended FROM custody JOIN session ON session.id = custody.session
         WHERE host = ? ORDER BY custody.id`,
        host,
      )
      .map((row) => ({
        ...this.#entryOf(row),
        recorded: Temporal.Instant.from(String(row["recorded"])),
        ownerIsAlive: !this.#isAbandoned(row, alive),
      }));
  }

  /** What it still has recorded is abandoned from now on. */
  async [Symbol.asyncDispose](): Promise<void> {
    using database = this.#database;
    if (this.#session === undefined) return;
    const session = this.#session;
    database.transaction(() => {
      database.run("UPDATE session SET ended = 1 WHERE id = ?", session);
      database.run("DELETE FROM session WHERE id NOT IN (SELECT session FROM custody)");
    });
  }

  /** Another run may have tidied our row away while we had no entries: then it is put back under its number. */
  #ownSession(): number {
    const { lastRow } = this.#database.run(
      "INSERT INTO session (id, owner) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET ended = 0",
      this.#session ?? null,
      JSON.stringify(this.#owner),
    );
    this.#session ??= lastRow;
    return this.#session;
  }

  #isAbandoned(row: StateRow, alive: Map<number, boolean>): boolean {
    const session = Number(row["session"]);
    if (session === this.#session) return row["adopted"] === 1;
    if (row["ended"] === 1) return true;
    const known = alive.get(session) ?? this.#isAlive(this.#database.parse(row["owner"], OWNER_SCHEMA));
    alive.set(session, known);
    return !known;
  }

  #entryOf(row: StateRow): CustodyEntry {
    return {
      id: String(row["id"]),
      host: String(row["host"]),
      machine: String(row["machine"]),
      kind: String(row["kind"]),
      facts: this.#database.parse(row["facts"], FACTS_SCHEMA),
    };
  }
}
