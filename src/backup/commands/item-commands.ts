import type { CustodyJournal } from "../../hyperv/index.ts";
import type { HostCommands } from "../../places/index.ts";

/**
 * When a command of the user's runs: `before` the machine is touched, at the `thaw`, when it holds still and nothing of it
 * was read yet, and `after` it was let go and its restore point is written or its failure is known.
 */
export type CommandStage = "before" | "thaw" | "after";

/** Where a command runs: on the machine that runs this program, or on the Hyper-V host. */
export type CommandPlace = "here" | "host";

/** One command, as the user wrote it: a line for the shell of the place where it runs. */
export interface ItemCommand {
  readonly text: string;
  readonly on: CommandPlace;
}

/** Which shell reads a line: `cmd.exe`, or `/bin/sh`. */
export type CommandShell = "cmd" | "sh";

/** The machine that runs this program, as a place for commands. Its environment holds no secret of ours. */
export interface CommandsHere {
  readonly commands: HostCommands;
  readonly shell: CommandShell;
}

/** The commands of a protected item, with what running them takes. */
export interface ItemCommands {
  readonly before?: ItemCommand | undefined;
  readonly thaw?: ItemCommand | undefined;
  readonly after?: ItemCommand | undefined;
  /** How long each of them may take. */
  readonly timeoutMs: number;
  readonly here: CommandsHere;
  /** Keeps the after command of a machine from before the first act until it has run. */
  readonly journal: CustodyJournal;
}

/** How one command went. */
export interface CommandReport {
  readonly stage: CommandStage;
  readonly on: CommandPlace;
  readonly outcome: "done" | "failed";
  /** Null where it did not come to its own end. */
  readonly exitCode: number | null;
  readonly seconds: number;
  /** What it printed, its end when it is long. */
  readonly output: string;
  readonly errorOutput: string;
}
