import type { ActContext } from "../acts/act-context.ts";
import type { DiskshadowEntry, RunningProgramEntry } from "../state/program-state.ts";
import { isOfWriter, nameOfCode, type VssFailure } from "./vss-failure.ts";
import { type VssWords, wordsOf } from "./vss-words.ts";

/** A diskshadow at work, while the host's lock is held. */
export interface DiskshadowRun {
  readonly context: ActContext;
  readonly program: RunningProgramEntry;
  /** What it has in mind. */
  readonly session: DiskshadowEntry;
  readonly words: VssWords;
}

/** What came of a command: `waitMs` when it goes on later. */
export type CommandOutcome = "done" | { readonly waitMs: number } | { readonly failure: VssFailure };

/** Output beyond this is lost, as it is for whoever listens. */
const MOST_CHARACTERS = 1024 * 1024;

export function runOf(
  context: ActContext,
  program: RunningProgramEntry,
  session: DiskshadowEntry,
): DiskshadowRun {
  return { context, program, session, words: wordsOf(context.host) };
}

/** Prints lines. */
export function print(run: DiskshadowRun, ...lines: readonly string[]): void {
  const text = lines.map((line) => `${line}\r\n`).join("");
  run.program.output = `${run.program.output}${text}`.slice(-MOST_CHARACTERS);
}

/** Prints why a command failed: the HRESULT with its name, for writers with the writer's. */
export function printFailure(run: DiskshadowRun, line: string, failure: VssFailure): void {
  const { words } = run;
  if (failure.kind === "usage") {
    print(run, "", words.unknownCommand(line));
    return;
  }
  const { code, description } = failure;
  const [hex, name] = [code.toString(16), nameOfCode(code)];
  const said = description === undefined ? [] : [description];
  if (isOfWriter(code)) {
    print(run, "", `${words.failedWriter}: "Microsoft Hyper-V VSS Writer"`);
    print(run, "\t- Status: 8 (VSS_WS_FAILED_AT_PREPARE_SNAPSHOT)", ...said);
    print(run, `\t- Writer failure code: 0x${hex} (${name})`);
    return;
  }
  print(run, "", words.failedCall, ...said);
  print(run, `\t- Returned HRESULT = ${hex}`, `\t- Error text: ${name}`);
}

/** `{3F2504E0-…}` in lower case, as VSS prints ids. */
export function braced(id: string): string {
  return `{${id.toLowerCase()}}`;
}
