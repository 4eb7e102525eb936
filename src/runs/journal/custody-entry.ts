import { z } from "zod";
import type { JsonValue } from "../../base/index.ts";

/** Something that is about to be made on a host; the journal does not know what its kinds and facts mean. */
export interface CustodyFacts {
  /** The host's stable key. */
  readonly host: string;
  /** The machine's id: custody follows the machine, not the node that it runs on. */
  readonly machine: string;
  readonly kind: string;
  readonly facts: Readonly<Record<string, JsonValue>>;
}

export interface CustodyEntry extends CustodyFacts {
  readonly id: string;
}

/** An entry with what is known of its owner. */
export interface StandingEntry extends CustodyEntry {
  readonly recorded: Temporal.Instant;
  readonly ownerIsAlive: boolean;
}

/** What is stored of an entry's facts is read back through this. */
export const FACTS_SCHEMA: z.ZodType<CustodyFacts["facts"]> = z.record(z.string(), z.json());
