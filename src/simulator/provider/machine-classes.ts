import type { CimValue } from "../../cim/index.ts";
import { JobType } from "../state/host-jobs.ts";
import { Release } from "../state/host-version.ts";
import type { MachineEntry } from "../state/schema.ts";
import { type CimClass, type HostView, moment, type Properties, runningJobTypes } from "./host-view.ts";
import { replicationNumbers } from "./replication-class.ts";

/** EnabledState of v2: hyperv-facts 1.2. A machine that merges or migrates runs. */
const ENABLED: Readonly<Record<MachineEntry["state"], number>> = {
  running: 2,
  off: 3,
  saved: 6,
  paused: 9,
  starting: 10,
  merging: 2,
  migrating: 2,
};
/** In v1 paused and suspended have numbers of their own: hyperv-facts 4. */
const ENABLED_V1: Partial<Record<MachineEntry["state"], number>> = {
  paused: 32768,
  saved: 32769,
  starting: 32770,
};

const OK = 2;
const IN_SERVICE = 11;
/** OperationalStatus[1] while something goes on: hyperv-facts 1.2. */
const Doing = {
  creating: 32768,
  applying: 32769,
  removing: 32770,
  starting: 32771,
  merging: 32772,
  migrating: 32774,
};
const DOING_OF_JOB: Readonly<Record<number, number>> = {
  [JobType.create]: Doing.creating,
  [JobType.apply]: Doing.applying,
  [JobType.remove]: Doing.removing,
  [JobType.merge]: Doing.merging,
};
const DOING_OF_STATE: Partial<Record<MachineEntry["state"], number>> = {
  merging: Doing.merging,
  migrating: Doing.migrating,
  starting: Doing.starting,
};

/** Msvm_ComputerSystem: the host itself is an instance too (hyperv-facts 1.2). */
export const COMPUTER_SYSTEM: CimClass = {
  name: "Msvm_ComputerSystem",
  keys: ["CreationClassName", "Name"],
  since: Release.server2008,
  instances: (view) => [hostSystem(view), ...view.host.machines.map((one) => machineSystem(view, one))],
};

function hostSystem(view: HostView): Properties {
  return {
    CreationClassName: "Msvm_ComputerSystem",
    Name: view.host.name,
    ElementName: view.host.name,
    Caption: "Hosting Computer System",
    Description: "Microsoft Hosting Computer System",
    EnabledState: ENABLED.running,
    HealthState: 5,
    OperationalStatus: [OK],
  };
}

function machineSystem(view: HostView, machine: MachineEntry): Properties {
  const isRunning = ENABLED[machine.state] === ENABLED.running || machine.state === "paused";
  return {
    CreationClassName: "Msvm_ComputerSystem",
    Name: machine.id,
    ElementName: machine.name,
    Caption: "Virtual Machine",
    Description: "Microsoft Virtual Machine",
    EnabledState: enabledState(view, machine),
    HealthState: machine.healthCritical === true ? 25 : 5,
    OperationalStatus: operationalStatus(view, machine),
    OnTimeInMilliseconds: isRunning ? onTime(view, machine) : 0,
    ProcessID: isRunning ? 4000 + view.host.machines.indexOf(machine) : null,
    TimeOfLastStateChange: machine.startedAt === undefined ? null : moment(machine.startedAt),
    ...(view.release >= Release.server2012 ? replicationNumbers(machine) : {}),
  };
}

function enabledState(view: HostView, machine: MachineEntry): number {
  const old = view.release < Release.server2012 ? ENABLED_V1[machine.state] : undefined;
  return old ?? ENABLED[machine.state];
}

function operationalStatus(view: HostView, machine: MachineEntry): CimValue {
  const ofJobs = runningJobTypes(view, machine).map((type) => DOING_OF_JOB[type]);
  const doing = DOING_OF_STATE[machine.state] ?? ofJobs.find((one) => one !== undefined);
  return doing === undefined ? [OK] : [IN_SERVICE, doing];
}

function onTime(view: HostView, machine: MachineEntry): number {
  const started = machine.startedAt === undefined ? undefined : Temporal.Instant.from(machine.startedAt);
  const elapsed = started === undefined ? 3_600_000 : view.now.epochMilliseconds - started.epochMilliseconds;
  return Math.max(0, elapsed);
}
