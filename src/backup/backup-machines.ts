import { type Clock, type EventSink, InterruptedError } from "../base/index.ts";
import {
  type HostMachine,
  type MachineHost,
  type Patience,
  TestReplicaSkippedError,
} from "../hyperv/index.ts";
import { backupMachine, type ReleaseLedger } from "./backup-machine.ts";
import type { FailedMachine, MachineName, PointOutcome, RunOutcome, SkippedMachine } from "./outcome.ts";
import type { BackupVault } from "./ports.ts";
import { endOfRun, primaryError } from "./run-ending.ts";
import { runStep } from "./step.ts";
import type { VaultSession } from "./vault-types.ts";

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
    await using session = await options.vault.openSession({ signal: options.signal });
    const machinesRun = new MachinesRun(options, session);
    for (const machine of options.machines) await machinesRun.take(machine);
    return machinesRun.outcome();
  });
}

class MachinesRun {
  readonly #options: BackupOptions;
  readonly #session: VaultSession;
  readonly #points: PointOutcome[] = [];
  readonly #failed: FailedMachine[] = [];
  readonly #skipped: SkippedMachine[] = [];
  #endedBy: Error | undefined;

  constructor(options: BackupOptions, session: VaultSession) {
    this.#options = options;
    this.#session = session;
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
      });
      return "failed";
    }
    const { refusal, reason } = machine.forecast;
    if (refusal?.kind === "skipped") {
      this.#skipped.push({ machine: name, code: refusal.code, message: reason });
      return "skipped";
    }
    const releases: ReleaseLedger = { leftBehind: [], warnings: [], interruptedSeconds: 0, attempts: 0 };
    try {
      const context = { ...this.#options, session: this.#session, step, releases };
      this.#points.push(await backupMachine(machine, context));
      return "done";
    } catch (error) {
      if (error instanceof TestReplicaSkippedError) {
        this.#skipped.push({ machine: name, code: error.code, message: error.message });
        return "skipped";
      }
      const { leftBehind, warnings } = releases;
      this.#failed.push({ machine: name, ...primaryError(error), leftBehind, warnings });
      this.#endedBy = endOfRun(error);
      return "failed";
    }
  }
}

function interruption(signal: AbortSignal): InterruptedError {
  return new InterruptedError("Cannot go on: interrupted", { cause: signal.reason });
}
