import type { CimValue } from "../../cim/index.ts";
import { momentOf } from "./moment-of.ts";

export type ReplicationRole =
  | "none"
  | "primary"
  | "replica"
  | "test-replica"
  | "extended-replica"
  | "unknown";

/** One replication relationship of a machine; it may have two (hyperv-facts 6). */
export interface ReplicationLink {
  readonly role: ReplicationRole;
  /** A word of `REPLICATION_STATES`, or `state-<n>` for one that we do not know. */
  readonly state: string;
  readonly health: "none" | "ok" | "warning" | "critical" | "unknown";
  /** When the last change log was replicated; absent where the host does not say it. */
  readonly lastReplication?: Temporal.Instant | undefined;
}

const ROLES: readonly ReplicationRole[] = ["none", "primary", "replica", "test-replica", "extended-replica"];
const HEALTH = ["none", "ok", "warning", "critical"] as const;

/** Msvm_ReplicationRelationship.ReplicationState, by number. */
export const REPLICATION_STATES = [
  "disabled",
  "ready-for-replication",
  "waiting-to-complete-initial-replication",
  "replicating",
  "synced-replication-complete",
  "recovered",
  "committed",
  "suspended",
  "critical",
  "waiting-to-start-resync",
  "resynchronizing",
  "resync-suspended",
  "failover-in-progress",
  "failback-in-progress",
  "failback-complete",
  "disk-update-in-progress",
  "disk-update-critical",
  "unknown",
  "repurpose-in-progress",
  "prepared-for-synced-replication",
  "prepared-for-group-reverse",
  "fire-drill-in-progress",
] as const;

export function readReplication(words: {
  readonly mode: number | undefined;
  readonly state: number | undefined;
  readonly health: number | undefined;
  readonly last?: CimValue | undefined;
}): ReplicationLink {
  const { mode, state, health, last } = words;
  const lastReplication = momentOf(last);
  return {
    role: (mode === undefined ? undefined : ROLES[mode]) ?? "unknown",
    state: (state === undefined ? undefined : REPLICATION_STATES[state]) ?? `state-${state ?? "absent"}`,
    health: (health === undefined ? "none" : HEALTH[health]) ?? "unknown",
    ...(lastReplication === null ? {} : { lastReplication }),
  };
}
