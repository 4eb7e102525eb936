import type { UseCaseContext } from "../app/index.ts";
import type { Secret } from "../base/index.ts";
import type { CommandContract } from "../contract/index.ts";
import type { Output } from "./output/index.ts";
import type { Paint } from "./output/paint.ts";

/** What the user typed, already held against the command's contract. */
export interface CommandInput {
  readonly argument: string;
  /** Where a command takes several: all of them. */
  readonly arguments?: readonly string[] | undefined;
  /** By the flag's name in camel case. */
  readonly options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
}

/** What a command works with. */
export interface CommandSurface {
  readonly output: Output;
  readonly paint: Paint;
  readonly context: UseCaseContext;
  /** A secret from a file, a variable or a prompt, in this order. */
  secret(source: {
    readonly file: string | undefined;
    readonly variable:
      | "STILLPOINT_PASSPHRASE"
      | "STILLPOINT_NEW_PASSPHRASE"
      | "STILLPOINT_TO_PASSPHRASE"
      | "STILLPOINT_HOST_PASSWORD";
    readonly prompt: string;
    /** Asked twice: it will be needed for years. */
    readonly twice?: true;
  }): Promise<Secret>;
}

/** What a command ends with: the exit code and the fields of the summary line. */
export interface CommandResult {
  readonly exitCode: number;
  readonly summary: Readonly<Record<string, unknown>>;
}

/** One command: what it promises and what it does. */
export interface Command {
  readonly contract: CommandContract;
  run(input: CommandInput, surface: CommandSurface): Promise<CommandResult>;
  /** The summary's fields when the command failed before it had any: lists are empty, not absent. */
  readonly emptySummary?: Readonly<Record<string, unknown>>;
}

/** A flag's text, or undefined when it was not given. */
export function textOption(input: CommandInput, name: string): string | undefined {
  const value = input.options[name];
  return typeof value === "string" ? value : undefined;
}

/** A required flag's text; its absence was refused before. */
export function requiredOption(input: CommandInput, name: string): string {
  const value = textOption(input, name);
  if (value === undefined) throw new TypeError(`The flag ${name} is required and was not checked`);
  return value;
}

/** A repeatable flag's texts. */
export function listOption(input: CommandInput, name: string): readonly string[] {
  const value = input.options[name];
  return Array.isArray(value) ? (value as readonly string[]) : [];
}

/** `true` when the switch was given, else undefined: the form that options objects take. */
export function switchOption(input: CommandInput, name: string): true | undefined {
  return input.options[name] === true ? true : undefined;
}
