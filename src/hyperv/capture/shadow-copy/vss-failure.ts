import type { HostCommandResult } from "../../../places/index.ts";
import { printedLines } from "./diskshadow-output.ts";
import { VSS_CODES, type VssMeaning } from "./vss-names.ts";

/** Why diskshadow did not do what it was told. */
export interface VssFailure {
  /** The most telling HRESULT; undefined when none was printed. */
  readonly code: number | undefined;
  readonly retry: VssMeaning["retry"];
  readonly ofWriter: boolean;
  /** In our words, with the code. */
  readonly sentence: string;
  /** The last line that was printed, in the host's language. */
  readonly hostSentence: string | undefined;
}

/** `0x800423f3`, `8004230f` and `[80042306]`; not the beginning of a GUID. */
const CODE = /(?<![{\w-])(?:0x)?(8[0-9a-f]{7})(?![\w-])/gi;
const NAME = /\bVSS_E_\w+/g;

/** Reads a failure from what the program printed: codes and their names are the same in every language. */
export function readVssFailure(result: HostCommandResult): VssFailure {
  const printed = printedLines(`${result.output}\n${result.errorOutput}`);
  const text = printed.join("\n");
  const codes = [...codesIn(text), ...codesOfNames(text)];
  const known = codes.filter((code) => VSS_CODES.has(code));
  // what a writer says is nearer to the cause than what the service makes of it
  const code = known.find((one) => VSS_CODES.get(one)?.ofWriter) ?? known[0] ?? codes[0];
  const meaning = code === undefined ? undefined : VSS_CODES.get(code);
  const hostSentence = printed.findLast((line) => line.trim() !== "")?.trim();
  return {
    code,
    retry: meaning?.retry ?? "later",
    ofWriter: meaning?.ofWriter ?? false,
    sentence: sentenceOf({ code, meaning, exitCode: result.exitCode }),
    hostSentence,
  };
}

function codesIn(text: string): readonly number[] {
  return [...text.matchAll(CODE)].map((found) => Number.parseInt(found[1] ?? "", 16));
}

function codesOfNames(text: string): readonly number[] {
  const names = new Set([...text.matchAll(NAME)].map(([name]) => name));
  return [...VSS_CODES].filter(([, { name }]) => names.has(name)).map(([code]) => code);
}

function sentenceOf(facts: {
  readonly code: number | undefined;
  readonly meaning: VssMeaning | undefined;
  readonly exitCode: number;
}): string {
  const { code, meaning, exitCode } = facts;
  if (code === undefined) return `diskshadow ended with ${exitCode} and gave no code`;
  const shown = `0x${code.toString(16)}`;
  return meaning === undefined
    ? `the host gave the code ${shown}`
    : `${meaning.meaning} (${shown}, ${meaning.name})`;
}
