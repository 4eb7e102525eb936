import type { ExitCode } from "./exit.ts";
import type { ParameterName } from "./parameters.ts";

/** What a command promises; its help and the reference are made from it. */
export interface CommandContract {
  /** One or two words: `backup`, `vault init`. */
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** A few sentences: what it does, what it leaves alone, when to use it. */
  readonly description: string;
  /** A positional argument, where there is one. */
  readonly argument?: {
    readonly name: string;
    readonly text: string;
    readonly optional?: true;
    /** Any number of them may be typed. */
    readonly several?: true;
  };
  readonly parameters: readonly ParameterName[];
  /** Typed as it stands. */
  readonly example: string;
  /** The exit codes beyond those of every command that it can end with. */
  readonly exitCodes?: readonly Exclude<ExitCode, 0 | 1 | 2>[];
}
