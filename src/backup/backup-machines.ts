import { type Clock, type EventSink, InterruptedError } from "../base/index.ts";
import {
  type HoldWishes,
  type HostMachine,
  type MachineHost,
  type Patience,
  TestReplicaSkippedError,
} from "../hyperv/index.ts";
import { backupMachine, type ReleaseLedger } from "./backup-machine.ts";
import type { MachineEnd } from "./commands/command-environment.ts";
import type { ItemCommands } from "./commands/item-commands.ts";
import { MachineCommands } from "./commands/machine-commands.ts";
import type { FailedMachine, MachineName, PointOutcome, RunOutcome, SkippedMachine } from "./outcome.ts";
import type { BackupSession, BackupVault } from "./ports.ts";
import { endOfRun, primaryError } from "./run-ending.ts";
import { runStep } from "./step.ts";

export interface BackupOptions {
  readonly host: MachineHost;
  readonly vault: BackupVault;
  readonly machines: readonly HostMachine[];
  readonly clock: Clock;
  readonly events: EventSink;
  /** Checked between all steps; the machine that is held is released, and the outcome says what is missing. */
  readonly signal?: AbortSignal | undefined;
  readonly patience: Patience;
  readonly requireApplication?: true | undefined;
  /** What is asked of each hold. */
  readonly wishes?: HoldWishes | undefined;
  /** The user's commands around each machine; see `docs/commands.md`. */
  readonly commands?: ItemCommands | undefined;
  /** Id of the run; also the id of the root step of its events. */
  readonly run: string;
}

/**
 * Backs up one machine after the other. A machine that fails never stops the others, unless nothing can succeed any
 * more; then the rest fail with the same error. Rejects only when the vault cannot be written at all.
 */
export async function backupMachines(options: BackupOptions): Promise<RunOutcome> {
  const { events, run } = options;
  return await runStep({ events, step: run, name: "backup", subject: options.host.facts.name }, async () => {
    await using machinesRun = await MachinesRun.open(options);
    for (const machine of options.machines) await machinesRun.take(machine);
    // every restore point is durable by now: a session that does not close well takes none of them back
    for (const { message } of await machinesRun.closeSession()) {
      events({ type: "step-note", step: run, message });
    }
    return machinesRun.outcome();
  });
}

class MachinesRun implements AsyncDisposable {
  readonly #options: BackupOptions;
  /** None after a machine has failed: what failed may have ended it, and the next machine begins with a new one. */
  #session: BackupSession | undefined;
  readonly #points: PointOutcome[] = [];
  readonly #failed: FailedMachine[] = [];
  readonly #skipped: SkippedMachine[] = [];
  #endedBy: Error | undefined;

  private constructor(options: BackupOptions, session: BackupSession | undefined) {
    this.#options = options;
    this.#session = session;
  }

  static async open(options: BackupOptions): Promise<MachinesRun> {
    try {
      return new MachinesRun(options, await options.vault.openSession({ signal: options.signal }));
    } catch (error) {
      if (error instanceof InterruptedError) return new MachinesRun(options, undefined);
      throw error;
    }
  }

  async take(machine: HostMachine): Promise<void> {
    const { events, run, signal } = this.#options;
    const step = `${run}/${machine.id}`;
    events({ type: "step-started", step, parent: run, name: "machine", subject: machine.name });
    if (signal?.aborted) this.#endedBy ??= interruption(signal);
    const outcome = await this.#outcomeOf(machine, step);
    events({ type: "step-ended", step, outcome });
  }

  outcome(): RunOutcome {
    return { points: this.#points, failed: this.#failed, skipped: this.#skipped, endedBy: this.#endedBy };
  }

  async #outcomeOf(machine: HostMachine, step: string): Promise<"done" | "failed" | "skipped"> {
    const name: MachineName = { id: machine.id, name: machine.name };
    if (this.#endedBy !== undefined) {
      this.#failed.push({
        machine: name,
        error: this.#endedBy,
        alsoFailed: [],
        leftBehind: [],
        warnings: [],
        commands: [],
      });
      return "failed";
    }
    const { refusal, reason } = machine.forecast;
    if (refusal?.kind === "skipped") {
      this.#skipped.push({ machine: name, code: refusal.code, message: reason });
      return "skipped";
    }
    const commands = await MachineCommands.begin({ ...this.#options, machine: name, step });
    return await this.#withCommands(machine, commands, step);
  }

  /** Before and after everything else that is done for a machine that has its turn. */
  async #withCommands(
    machine: HostMachine,
    commands: MachineCommands,
    step: string,
  ): Promise<"done" | "failed" | "skipped"> {
    const name: MachineName = { id: machine.id, name: machine.name };
    const releases: ReleaseLedger = { leftBehind: [], warnings: [], interruptedSeconds: 0, attempts: 0 };
    let point: PointOutcome;
    try {
      await commands.run("before");
      this.#session ??= await this.#options.vault.openSession({ signal: this.#options.signal });
      const onHeld = async (): Promise<void> => await commands.run("thaw");
      const context = { ...this.#options, session: this.#session, step, releases, onHeld };
      point = await backupMachine(machine, context);
    } catch (error) {
      releases.warnings.push(...(await commands.after(endBy(error))));
      if (error instanceof TestReplicaSkippedError) {
        const { reports } = commands;
        this.#skipped.push({ machine: name, code: error.code, message: error.message, commands: reports });
        return "skipped";
      }
      await this.#fail(name, { error, releases, commands: commands.reports });
      return "failed";
    }
    const warnings = [...point.warnings, ...(await commands.after("done"))];
    this.#points.push({ ...point, warnings, commands: commands.reports });
    return "done";
  }

  async #fail(
    machine: MachineName,
    facts: {
      readonly error: unknown;
      readonly releases: ReleaseLedger;
      readonly commands: FailedMachine["commands"];
    },
  ): Promise<void> {
    const { leftBehind, warnings } = facts.releases;
    const { commands } = facts;
    const { error, alsoFailed } = primaryError(facts.error);
    const closing = await this.closeSession();
    this.#failed.push({
      machine,
      error,
      alsoFailed: [...alsoFailed, ...closing],
      leftBehind,
      warnings,
      commands,
    });
    this.#endedBy = endOfRun(facts.error);
  }

  /** What goes wrong while a session is closed after a failure hides nothing, and is hidden by nothing. */
  async closeSession(): Promise<readonly Error[]> {
    try {
      await this[Symbol.asyncDispose]();
      return [];
    } catch (error) {
      return [primaryError(error).error];
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.[Symbol.asyncDispose]();
  }
}

/** What the after command is told of a machine that has no restore point. */
function endBy(error: unknown): MachineEnd {
  if (error instanceof TestReplicaSkippedError) return "skipped";
  return endOfRun(error) instanceof InterruptedError ? "interrupted" : "failed";
}

function interruption(signal: AbortSignal): InterruptedError {
  return new InterruptedError("Cannot go on: interrupted", { cause: signal.reason });
}
