import type { JsonValue } from "../base/index.ts";

export interface CustodyFacts {
  /** The host's stable key, as `openHypervHost` was given it. */
  readonly host: string;
  /** The machine's id: custody follows the machine, not the node that it runs on. */
  readonly machine: string;
  /** What is about to be made, for instance `recovery-checkpoint`. */
  readonly kind: string;
  readonly facts: Readonly<Record<string, JsonValue>>;
}

export interface CustodyEntry extends CustodyFacts {
  readonly id: string;
}

/**
 * Port: the journal of what Stillpoint makes on hosts. An entry is recorded before the thing is made and struck after it
 * is seen gone, so that a killed process never leaves anything that nobody knows. Everything is durable before a call
 * resolves. `runs` implements it.
 */
export interface CustodyJournal {
  /** Gives the id of the new entry, whose owner is this process. */
  record(entry: CustodyFacts): Promise<string>;
  /** Adds facts to an entry; facts of the same name are replaced. */
  amend(id: string, facts: Readonly<Record<string, JsonValue>>): Promise<void>;
  /** Removes an entry; absent already is fine. */
  strike(id: string): Promise<void>;
  /** Entries of this host whose owner is dead, or is an earlier, ended run of this process; oldest first. */
  abandoned(host: string): Promise<readonly CustodyEntry[]>;
  /**
   * Entries of other hosts whose owner is dead: a machine may have moved since, with what was made of it. Nothing is
   * taken over.
   */
  adrift(host: string): Promise<readonly CustodyEntry[]>;
}

/** An entry with what is known of its owner. */
export interface StandingEntry extends CustodyEntry {
  readonly recorded: Temporal.Instant;
  readonly ownerIsAlive: boolean;
}

/** Port: the same journal for those who only look. Nothing is taken over. */
export interface CustodyListing {
  /** All entries of this host, whoever owns them; oldest first. */
  standing(host: string): Promise<readonly StandingEntry[]>;
}
