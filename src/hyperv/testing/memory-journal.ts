import type { JsonValue } from "../../base/index.ts";
import type {
  CustodyEntry,
  CustodyFacts,
  CustodyJournal,
  CustodyListing,
  StandingEntry,
} from "../custody.ts";

/** A journal in memory that outlives its owner: `die()` ends the owner, and all its entries are abandoned. */
export class MemoryJournal implements CustodyJournal, CustodyListing {
  readonly #entries = new Map<string, { entry: CustodyEntry; owner: number }>();
  #owner = 1;
  #last = 0;
  /** What was done, in order: `record`, `amend job`, `strike`. */
  readonly acts: string[] = [];

  get entries(): readonly CustodyEntry[] {
    return [...this.#entries.values()].map(({ entry }) => entry);
  }

  /** The process that wrote the entries is gone; the next one begins. */
  die(): void {
    this.#owner++;
  }

  async record(facts: CustodyFacts): Promise<string> {
    const id = `e${++this.#last}`;
    this.#entries.set(id, { entry: { id, ...structuredClone(facts) }, owner: this.#owner });
    this.acts.push("record");
    return id;
  }

  async amend(id: string, facts: Readonly<Record<string, JsonValue>>): Promise<void> {
    const kept = this.#entries.get(id);
    if (kept === undefined) throw new Error(`There is no entry ${id} to amend`);
    const entry = { ...kept.entry, facts: { ...kept.entry.facts, ...structuredClone(facts) } };
    this.#entries.set(id, { ...kept, entry });
    this.acts.push(`amend ${Object.keys(facts).join(" ")}`);
  }

  async strike(id: string): Promise<void> {
    this.#entries.delete(id);
    this.acts.push("strike");
  }

  async adrift(host: string): Promise<readonly CustodyEntry[]> {
    return [...this.#entries.values()]
      .filter(({ entry, owner }) => owner !== this.#owner && entry.host !== host)
      .map(({ entry }) => entry);
  }

  async abandoned(host: string): Promise<readonly CustodyEntry[]> {
    return [...this.#entries.values()]
      .filter(({ entry, owner }) => owner !== this.#owner && entry.host === host)
      .map(({ entry }) => entry);
  }

  async standing(host: string): Promise<readonly StandingEntry[]> {
    const recorded = Temporal.Instant.from("2026-01-01T00:00:00Z");
    return [...this.#entries.values()]
      .filter(({ entry }) => entry.host === host)
      .map(({ entry, owner }) => ({ ...entry, recorded, ownerIsAlive: owner === this.#owner }));
  }
}
