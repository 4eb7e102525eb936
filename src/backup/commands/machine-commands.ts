import { type Clock, type EventSink, type Notice, StillpointError } from "../../base/index.ts";
import type { MachineHost } from "../../hyperv/index.ts";
import { CommandFailedError } from "../errors.ts";
import type { MachineName } from "../outcome.ts";
import { runStep } from "../step.ts";
import { afterFacts, commandsKey } from "./after-custody.ts";
import { commandEnvironment, type MachineEnd } from "./command-environment.ts";
import type { CommandReport, CommandStage, ItemCommand, ItemCommands } from "./item-commands.ts";
import { type CommandEnd, mayPass, runCommand } from "./run-command.ts";

export interface MachineCommandsOptions {
  /** Absent: the item has no commands. */
  readonly commands?: ItemCommands | undefined;
  readonly host: MachineHost;
  readonly machine: MachineName;
  readonly run: string;
  readonly clock: Clock;
  readonly events: EventSink;
  /** The machine's step. */
  readonly step: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The commands around the backup of one machine. The after command is in the journal from before anything is done until it
 * has run: it runs whatever became of the machine, and when this process is killed at the next start.
 */
export class MachineCommands {
  /** How each command went, in order. */
  readonly reports: CommandReport[] = [];
  readonly #options: MachineCommandsOptions;
  readonly #afterEntry: string | undefined;
  #count = 0;

  private constructor(options: MachineCommandsOptions, afterEntry: string | undefined) {
    this.#options = options;
    this.#afterEntry = afterEntry;
  }

  static async begin(options: MachineCommandsOptions): Promise<MachineCommands> {
    const { commands, host, machine, run } = options;
    if (commands?.after === undefined) return new MachineCommands(options, undefined);
    const { after, timeoutMs, journal } = commands;
    const about = { host: commandsKey(host), machine, run };
    return new MachineCommands(options, await journal.record(afterFacts({ after, timeoutMs }, about)));
  }

  /** Runs the item's command of a stage, when it has one. @throws {CommandFailedError}, {InterruptedError} */
  async run(stage: "before" | "thaw"): Promise<void> {
    const { commands, machine, signal } = this.#options;
    const command = commands?.[stage];
    if (commands === undefined || command === undefined) return;
    await this.#step(stage, async (step) => {
      const { report, failure } = await this.#end(commands, { stage, command, step, signal });
      if (failure === undefined) return;
      const { exitCode, errorOutput, output } = report;
      throw new CommandFailedError(
        `Cannot back up "${machine.name}": its ${stage} command failed: ${failure.sentence}`,
        { machine, stage, exitCode, output: errorOutput || output, cause: failure.cause },
      );
    });
  }

  /** Runs the after command, when there is one: not interruptible, once, and a failure is a warning. */
  async after(outcome: MachineEnd): Promise<readonly Notice[]> {
    const { commands, events } = this.#options;
    const command = commands?.after;
    const entry = this.#afterEntry;
    if (commands === undefined || command === undefined || entry === undefined) return [];
    return await this.#step("after", async (step) => {
      const sentence = await this.#after({ commands, command, entry, step, outcome });
      if (sentence === undefined) return [];
      const notice = { code: "after-command-failed", message: `its after command failed: ${sentence}` };
      events({ type: "step-warning", step, notice });
      return [notice];
    });
  }

  /** The sentence that says why it failed. What the journal cannot note is told too: the restore point is written. */
  async #after(what: {
    readonly commands: ItemCommands;
    readonly command: ItemCommand;
    readonly entry: string;
    readonly step: string;
    readonly outcome: MachineEnd;
  }): Promise<string | undefined> {
    const { commands, entry, ...rest } = what;
    try {
      await commands.journal.amend(entry, { begun: 1 });
      const end = await this.#end(commands, { stage: "after", ...rest });
      const sentence = end.failure?.sentence;
      if (mayPass(end)) return `${sentence}; it is tried again at the next start`;
      await commands.journal.strike(entry);
      return sentence;
    } catch (error) {
      if (!(error instanceof StillpointError)) throw error;
      return error.message;
    }
  }

  async #step<T>(stage: CommandStage, work: (step: string) => Promise<T>): Promise<T> {
    const { events, step: parent } = this.#options;
    const step = `${parent}/command-${++this.#count}`;
    return await runStep({ events, step, parent, name: "command", subject: stage }, work);
  }

  async #end(
    commands: ItemCommands,
    what: {
      readonly stage: CommandStage;
      readonly command: ItemCommand;
      readonly step: string;
      readonly outcome?: MachineEnd;
      readonly signal?: AbortSignal | undefined;
    },
  ): Promise<CommandEnd> {
    const { host, machine, run, clock, events } = this.#options;
    const { stage, outcome } = what;
    const attempt = stage === "after" ? 1 : undefined;
    const end = await runCommand({
      ...what,
      clock,
      events,
      places: { here: commands.here, host: host.commands },
      environment: commandEnvironment({ stage, run, host: host.facts.name, machine, outcome, attempt }),
      timeoutMs: commands.timeoutMs,
    });
    this.reports.push(end.report);
    return end;
  }
}
