import { Release } from "../state/host-version.ts";
import { type MachineEntry, REPLICA_MOMENTS, REPLICATION_STATES } from "../state/schema.ts";
import { type CimClass, moment, type Properties } from "./host-view.ts";

/** Msvm_ReplicationRelationship.ReplicationMode: hyperv-facts 6. */
const MODES: Readonly<Record<MachineEntry["replication"]["mode"], number>> = {
  none: 0,
  primary: 1,
  replica: 2,
  "test-replica": 3,
  "extended-replica": 4,
};
const HEALTH = { ok: 1, warning: 2, critical: 3 } as const;
const REPLICATING = 3;

/** One relationship a replicated machine; none without (hyperv-facts 6: `…\HVR\0` is the primary one). */
export const REPLICATION_RELATIONSHIP: CimClass = {
  name: "Msvm_ReplicationRelationship",
  keys: ["InstanceID"],
  since: Release.server2012R2,
  instances: (view) =>
    view.host.machines
      .filter((machine) => machine.replication.mode !== "none")
      .map((machine) => ({
        InstanceID: `Microsoft:${machine.id}\\HVR\\0`,
        ElementName: machine.name,
        ...replicationNumbers(machine),
      })),
};

/** State, mode and health; Msvm_ComputerSystem has them too since 2012. */
export function replicationNumbers(machine: MachineEntry): Properties {
  const { mode, state, health, lastReplication } = machine.replication;
  return {
    ReplicationMode: MODES[mode],
    // the moments in which a replica refuses have no state of their own: it goes on showing "replicating"
    ReplicationState: isMoment(state) ? REPLICATING : REPLICATION_STATES.indexOf(state),
    LastReplicationTime: lastReplication === undefined ? null : moment(lastReplication),
    ReplicationHealth: mode === "none" ? 0 : HEALTH[health ?? healthBy(state)],
  };
}

function healthBy(state: MachineEntry["replication"]["state"]): keyof typeof HEALTH {
  return state.endsWith("critical") ? "critical" : "ok";
}

function isMoment(state: string): state is (typeof REPLICA_MOMENTS)[number] {
  return (REPLICA_MOMENTS as readonly string[]).includes(state);
}
