export * from "./errors.ts";
export type { CustodyEntry, CustodyFacts, StandingEntry } from "./journal/custody-entry.ts";
export { Journal, type JournalOptions, openJournal } from "./journal/journal.ts";
export { currentOwner, isOwnerAlive, type Owner } from "./journal/owner.ts";
export {
  openRunHistory,
  RunHistory,
  type RunHistoryOptions,
  type RunListing,
  type RunOutcome,
  type RunRow,
} from "./journal/run-history.ts";
export {
  type NamedSighting,
  openReplicationRhythm,
  ReplicationRhythm,
  type ReplicationSeen,
} from "./rhythm/replication-rhythm.ts";
