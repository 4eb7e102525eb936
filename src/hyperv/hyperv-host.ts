import type { Clock, Entropy, Guid } from "../base/index.ts";
import type { CimSession } from "../cim/index.ts";
import type { HostCommands, HostFiles } from "../places/index.ts";
import { cleanUpHost } from "./capture/clean-up.ts";
import { clusteredMachines } from "./capture/cluster-owners.ts";
import { holdMachine } from "./capture/hold-machine.ts";
import type { HostAccess } from "./capture/host-access.ts";
import type { CustodyJournal, CustodyListing } from "./custody.ts";
import { findLeftovers } from "./doctor/find-leftovers.ts";
import type { Leftover } from "./doctor/leftover.ts";
import { forecastMachine } from "./forecast/forecast.ts";
import type { Forecast } from "./forecast/forecast-types.ts";
import type { HeldMachine, HoldOptions } from "./held-machine.ts";
import type { HoldWishes } from "./hold-wishes.ts";
import { isSameNode, readVisibleOwners } from "./inventory/cluster-owners.ts";
import { type MachineInventory, shownState } from "./inventory/machine-inventory.ts";
import { readHostFacts, readMachines } from "./inventory/read-host.ts";
import type {
  CleanUpReport,
  HostFacts,
  HostMachine,
  MachineElsewhere,
  MachineHost,
  WaitOptions,
} from "./machine-host.ts";
import { type ProbeAnswer, type ProbeOptions, probeHost } from "./probe/probe-host.ts";
import { holdWhileSuspended } from "./replication/hold-while-suspended.ts";
import { replicationSight } from "./replication/replication-sight.ts";

export interface HypervHostOptions {
  /** Stays the caller's: the host does not close it. */
  readonly session: CimSession;
  readonly files: HostFiles;
  /** For capture by shadow copy; without it machines that need one are refused. */
  readonly commands?: HostCommands | undefined;
  /**
   * The host's name as a server of shares, where its shadow copies are to be read through shares: for a host over the
   * network whose shares can be opened here.
   */
  readonly shadowServer?: string | undefined;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly journal: CustodyJournal;
  /** A stable name of this host in the journal, however its address is spelled: leftovers are looked for by it. */
  readonly hostKey: string;
}

/** Connects to a host and asks what it is. @throws {CimAnswerError} when it does not say so */
export async function openHypervHost(options: HypervHostOptions): Promise<HypervHost> {
  return await HypervHost.open(options);
}

/** A Windows host with Hyper-V, through the ports. */
export class HypervHost implements MachineHost {
  readonly facts: HostFacts;
  readonly key: string;
  readonly files: HostFiles;
  readonly commands: HostCommands | undefined;
  readonly #access: HostAccess;
  /** Checkpoints that this process holds now. */
  readonly #held = new Set<Guid>();

  private constructor(access: HostAccess) {
    const { name, caption, version, productType } = access.host;
    this.facts = { name, caption, version, productType };
    this.key = access.hostKey;
    this.files = access.files;
    this.commands = access.commands;
    this.#access = access;
  }

  static async open(options: HypervHostOptions): Promise<HypervHost> {
    const host = await readHostFacts(options.session);
    return new HypervHost({ ...options, host });
  }

  async machines(
    options: WaitOptions & { readonly wishes?: HoldWishes | undefined } = {},
  ): Promise<readonly HostMachine[]> {
    const { signal, wishes } = options;
    const machines = await readMachines(this.#access.session, { signal });
    const clustered = await clusteredMachines(this.#access, { signal });
    const host = { ...this.#access.host, clustered };
    return machines.map((machine) => hostMachine(machine, forecastMachine(machine, host, { wishes })));
  }

  async elsewhere(options: WaitOptions = {}): Promise<readonly MachineElsewhere[]> {
    const owners = await readVisibleOwners(this.#access.session, options);
    return owners.filter(({ node }) => !isSameNode(node, this.facts.name));
  }

  /** The machines with everything that is known of them, for surfaces that show more than a run needs. */
  async inventory(options: WaitOptions = {}): Promise<readonly MachineInventory[]> {
    return await readMachines(this.#access.session, options);
  }

  async hold(machineId: Guid, options: HoldOptions): Promise<HeldMachine> {
    const hold = async (): Promise<HeldMachine> => await this.#hold(machineId, options);
    if (options.suspendReplication !== true) return await hold();
    return await holdWhileSuspended(this.#access, machineId, { options, hold });
  }

  async #hold(machineId: Guid, options: HoldOptions): Promise<HeldMachine> {
    return await holdMachine(this.#access, machineId, {
      options,
      onHeld: (checkpoint) => {
        this.#held.add(checkpoint);
      },
      onReleased: (checkpoint) => {
        this.#held.delete(checkpoint);
      },
    });
  }

  async cleanUp(options: WaitOptions = {}): Promise<CleanUpReport> {
    return await cleanUpHost(this.#access, { ...options, held: this.#held });
  }

  /** Everything that a backup, ours or another's, may have left on this host. Changes nothing. */
  async leftovers(custody: CustodyListing, options: WaitOptions = {}): Promise<readonly Leftover[]> {
    return await findLeftovers(this.#access, custody, options);
  }

  /** Asks what of docs/unconfirmed.md can be asked without changing anything. */
  async probe(options: ProbeOptions = {}): Promise<readonly ProbeAnswer[]> {
    return await probeHost(this.#access, options);
  }

  /** Nothing of its own is open: held machines are released by those who hold them, the session is the caller's. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#held.clear();
  }
}

function hostMachine(machine: MachineInventory, forecast: Forecast): HostMachine {
  const replication = replicationSight(machine, { blocked: forecast.refusal?.code === "machine-busy" });
  return {
    id: machine.id,
    name: machine.name,
    state: shownState(machine),
    generation: machine.generation,
    disks: machine.disks.map(({ controller, number, location, path }) => {
      const place = { controller, number, location };
      return path === undefined ? place : { ...place, path };
    }),
    forecast,
    ...(replication && { replication }),
  };
}
