import { type Clock, type Entropy, newGuid } from "../base/index.ts";
import type { CimSession } from "../cim/index.ts";
import { type HostCommands, HostFileError, type HostFiles } from "../places/index.ts";
import type { ActContext } from "./acts/act-context.ts";
import { hurryJobs } from "./acts/advance-jobs.ts";
import { changeState } from "./acts/change-state.ts";
import { type GuestWriteOptions, guestWrite } from "./acts/guest-write.ts";
import { losePower } from "./acts/lose-power.ts";
import type { JobWork } from "./acts/perform-job.ts";
import { takeWireFault } from "./acts/scenario-counters.ts";
import { machineState } from "./acts/scripted-acts.ts";
import { auditHost } from "./audit-host.ts";
import { MachineFiles } from "./configuration/machine-files.ts";
import { HostDisks } from "./disks/host-disks.ts";
import { GuardedFiles } from "./drives/guarded-files.ts";
import { isHeldByHost } from "./drives/held-by-host.ts";
import { HostDrives } from "./drives/host-drives.ts";
import { OpenFiles } from "./drives/open-files.ts";
import { SimulatedActRefusedError } from "./errors.ts";
import { HostEngine } from "./host-engine.ts";
import { SimulatedCommands } from "./programs/simulated-commands.ts";
import { SimulatedSession } from "./provider/simulated-session.ts";
import { JobType, startHostJob } from "./state/host-jobs.ts";
import { HostStore } from "./state/host-store.ts";
import { checkpointOf, machineOf } from "./state/lineage.ts";
import type { WireFaultEntry } from "./state/scenario.ts";
import type { HostState, MachineEntry } from "./state/schema.ts";
import { loseShadowCopies } from "./vss/lose-shadow-copies.ts";

/** Every Windows has it. */
const TEMPORARY_FOLDER = "C:\\Windows\\Temp";
/** A scripted fault of this method is a storage of shadow copies that is full: they are gone. */
const SHADOW_READ = "shadow-read";

export interface SimulatedHostOptions {
  /** Host jobs take its time. */
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/**
 * A Hyper-V host that lives in a folder: `host.json` and `drives`. Any number of processes may have it open; what each
 * does is done to the folder before the call returns.
 */
export class SimulatedHost implements AsyncDisposable {
  readonly folder: string;
  readonly #store: HostStore;
  readonly #engine: HostEngine;
  readonly #drives: HostDrives;
  readonly #openFiles: OpenFiles;
  readonly #clock: Clock;
  readonly #entropy: Entropy;

  private constructor(folder: string, options: SimulatedHostOptions) {
    this.folder = folder;
    this.#store = new HostStore(folder);
    this.#drives = new HostDrives(folder);
    this.#openFiles = OpenFiles.of(folder);
    const disks = new HostDisks(this.#drives, options.entropy);
    const files = new MachineFiles(this.#drives);
    const { clock, entropy } = options;
    this.#clock = clock;
    this.#entropy = entropy;
    this.#engine = new HostEngine(this.#store, {
      drives: this.#drives,
      disks,
      files,
      openFiles: this.#openFiles,
      clock,
      entropy,
    });
  }

  /** @internal Called by `openSimulatedHost`. */
  static async open(folder: string, options: SimulatedHostOptions): Promise<SimulatedHost> {
    await using opening = new AsyncDisposableStack();
    const host = opening.use(new SimulatedHost(folder, options));
    await host.#engine.act(async (context) => {
      await context.drives.makeFolder(TEMPORARY_FOLDER);
      await context.files.makeMissing(context.host);
    });
    opening.move();
    return host;
  }

  /** A client's connection to the host's management. */
  session(): CimSession {
    return new SimulatedSession(this.#engine);
  }

  /** The host's files as a client sees them: with share modes. */
  files(): HostFiles {
    let readsCount = false; // nothing is locked for a reading unless the scenario waits for it
    return new GuardedFiles(this.#drives, this.#openFiles, {
      whileOpening: async (path, work) =>
        await this.#engine.call("open", async (context, { fault }) => {
          readsCount ||= (context.host.faults ?? []).some(({ method }) => method === SHADOW_READ);
          if (typeof fault === "object") throw refusedOpen(path, fault.reason ?? "failed");
          if (isHeldByHost(context.host, path)) throw refusedOpen(path, "locked");
          return await work();
        }),
      beforeReadingShadow: async (path) => {
        if (readsCount)
          await this.#engine.call(SHADOW_READ, async (context, { fault }) => {
            if (fault !== undefined) loseShadowCopies(context, path);
          });
      },
      whileRemoving: async (path, work) => {
        await this.#engine.call("remove", async (context) => {
          if (isHeldByHost(context.host, path)) throw refusedOpen(path, "locked");
          await work();
        });
      },
    });
  }

  /** The host's programs: diskshadow, and what the scenario has. */
  commands(): HostCommands {
    return new SimulatedCommands(this.#engine, this.#clock);
  }

  /** What the scenario lets happen to an operation on the network; counted. Nothing is written where it has none. */
  async takeWireFault(operation: string): Promise<WireFaultEntry["instead"] | undefined> {
    return await this.#engine.act(async ({ host }) => takeWireFault(host, operation));
  }

  /** A copy of everything that `host.json` says now. */
  async state(): Promise<HostState> {
    return await this.#engine.act(async (context) => structuredClone(context.host));
  }

  /** The guest writes whole sectors to one of its disks. Machines by name or id. */
  async guestWrite(machine: string, write: GuestWriteOptions): Promise<void> {
    await this.#on(machine, async (context, entry) => await guestWrite(context, entry, write));
  }

  /** A user makes a checkpoint; the result is its id. */
  async createCheckpoint(
    machine: string,
    name: string,
    options: { readonly memory?: boolean | undefined } = {},
  ): Promise<string> {
    const id = newGuid(this.#entropy).toUpperCase();
    const { memory } = options;
    await this.#job(machine, JobType.create, () => ({ kind: "create-checkpoint", id, name, memory }));
    return id;
  }

  /** A user goes back to a checkpoint, by name or id. */
  async applyCheckpoint(machine: string, checkpoint: string): Promise<void> {
    const id = newGuid(this.#entropy).toUpperCase();
    await this.#job(machine, JobType.apply, (entry) => ({
      kind: "apply-checkpoint",
      checkpoint: checkpointOf(entry, checkpoint).id,
      id,
    }));
  }

  /** A user removes a checkpoint, by name or id; its disks are merged, or stay outstanding when somebody reads them. */
  async removeCheckpoint(machine: string, checkpoint: string): Promise<void> {
    await this.#job(machine, JobType.remove, (entry) => ({
      kind: "remove-checkpoint",
      checkpoint: checkpointOf(entry, checkpoint).id,
    }));
  }

  /** Starts, stops, saves or pauses the machine. */
  async setState(machine: string, state: string): Promise<void> {
    await this.#on(machine, async (context, entry) => {
      await changeState(context, entry, machineState(state));
    });
  }

  /** The host loses its power and comes back: machines are off, jobs are forgotten, merges outstanding. */
  async losePower(): Promise<void> {
    await this.#engine.act(losePower);
  }

  /** Lets all host jobs come to their end now, whatever time they would take. */
  async finishJobs(): Promise<void> {
    await this.#finish();
  }

  /** What was left over, one sentence each; empty when nothing was. */
  async audit(): Promise<string[]> {
    return await this.#engine.act(auditHost);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#store[Symbol.dispose]();
  }

  /** Starts the host job of a user's act, and lets it and what follows from it come to their end. */
  async #job(machine: string, type: number, work: (entry: MachineEntry) => JobWork): Promise<void> {
    const started = await this.#on(machine, async (context, entry) => {
      const job = startHostJob(context.host, { type, machine: entry, work: { ...work(entry) } }, context);
      return { job: job.id, machine: entry.id };
    });
    await this.#finish(started.machine);
    const { hostJobs = [] } = await this.state();
    const job = hostJobs.find((one) => one.id === started.job);
    if (job?.state === "failed")
      throw new SimulatedActRefusedError(`Cannot change "${machine}": ${job.errorDescription}`);
  }

  async #finish(machine?: string): Promise<void> {
    while (await this.#engine.act(async (context) => hurryJobs(context.host, machine))) {
      // each round does what was hurried in the one before
    }
  }

  async #on<T>(machine: string, work: (context: ActContext, entry: MachineEntry) => Promise<T>): Promise<T> {
    return await this.#engine.act(async (context) => await work(context, machineOf(context.host, machine)));
  }
}

/**
 * Opens the simulated host in a folder, and makes the configuration and runtime files that it lacks.
 * @throws {SimulatedHostInvalidError} which names the field of `host.json` that is wrong.
 */
export async function openSimulatedHost(
  folder: string,
  options: SimulatedHostOptions,
): Promise<SimulatedHost> {
  return await SimulatedHost.open(folder, options);
}

function refusedOpen(path: string, reason: HostFileError["reason"]): HostFileError {
  return new HostFileError(`Cannot open "${path}": ${reason}`, { path, reason });
}
