import type { Clock } from "../../base/index.ts";
import { halfHourOf, type Sighting } from "../../policy/index.ts";
import { StateDatabase } from "../journal/state-database.ts";

const FILE = "rhythm.sqlite";

const VERSIONS = [
  `CREATE TABLE sighting (
     host TEXT NOT NULL,
     machine TEXT NOT NULL,
     half_hour INTEGER NOT NULL,
     blocked INTEGER NOT NULL,
     held INTEGER NOT NULL,
     state TEXT NOT NULL,
     PRIMARY KEY (host, machine, half_hour)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX sighting_time ON sighting (half_hour)`,
];

/** Four weeks: 1,344 rows of a machine at most, however often it is looked at. */
const HALF_HOURS_KEPT = 28 * 48;

/** What somebody saw of one machine's replication at one moment. */
export interface ReplicationSeen {
  /** The host's stable key: primary and replica have one id on two hosts. */
  readonly host: string;
  /** The machine's id. */
  readonly machine: string;
  readonly at: Temporal.Instant;
  readonly blocked: boolean;
  /** A backup held the machine. */
  readonly held: boolean;
  /** The state's name, for people. */
  readonly state: string;
}

/** A sighting with the state that was seen: what blocked, where something did. */
export interface NamedSighting extends Sighting {
  readonly state: string;
}

/** Opens, or makes, the record of a state folder. @throws {JournalError} */
export async function openReplicationRhythm(
  folder: string,
  options: { readonly clock: Clock },
): Promise<ReplicationRhythm> {
  return new ReplicationRhythm(
    await StateDatabase.open({ folder, file: FILE, versions: VERSIONS }),
    options.clock,
  );
}

/**
 * When replication of machines was seen blocked or free: one row for a machine, a host and a half hour, for four weeks.
 * Several processes use it at once; what was written is durable.
 */
export class ReplicationRhythm implements AsyncDisposable {
  readonly #database: StateDatabase;
  readonly #clock: Clock;

  constructor(database: StateDatabase, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Writes what was seen, and forgets what is too old, or of a future that only a wrong clock has seen. */
  async note(seen: readonly ReplicationSeen[]): Promise<void> {
    const now = halfHourOf(this.#clock.now());
    this.#database.transaction(() => {
      for (const one of seen) this.#noteOne(one);
      this.#database.run(
        "DELETE FROM sighting WHERE half_hour <= ? OR half_hour > ?",
        now - HALF_HOURS_KEPT,
        now,
      );
    });
  }

  /** What was seen of a machine on a host, oldest first. */
  async seenOf(host: string, machine: string): Promise<readonly NamedSighting[]> {
    const rows = this.#database.all(
      "SELECT * FROM sighting WHERE host = ? AND machine = ? ORDER BY half_hour",
      host,
      machine,
    );
    return rows.map((row) => ({
      halfHour: Number(row["half_hour"]),
      blocked: row["blocked"] === 1,
      held: row["held"] === 1,
      state: String(row["state"]),
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#database[Symbol.dispose]();
  }

  /** In one half hour what blocked outweighs what did not. */
  #noteOne({ host, machine, at, blocked, held, state }: ReplicationSeen): void {
    this.#database.run(
      `INSERT INTO sighting (host, machine, half_hour, blocked, held, state) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET
         state = CASE WHEN excluded.blocked >= blocked THEN excluded.state ELSE state END,
         blocked = max(blocked, excluded.blocked),
         held = max(held, excluded.held)`,
      host,
      machine,
      halfHourOf(at),
      blocked ? 1 : 0,
      held ? 1 : 0,
      state,
    );
  }
}
