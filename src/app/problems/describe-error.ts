import { StillpointError } from "../../base/index.ts";
import type { ErrorLine, MachineName } from "../../contract/index.ts";
import type { QuietSlot } from "../../policy/index.ts";
import type { Language } from "../config/index.ts";
import { PROBLEMS } from "./problems.ts";
import { proposalText } from "./proposal-text.ts";

const UNEXPECTED = "internal"; // what an error without a code is: a bug of ours
const BUSY = "machine-busy";

/** The line that a surface prints for an error. */
export function describeError(
  error: unknown,
  options: {
    readonly language: Language;
    readonly machine?: MachineName | undefined;
    /** What is known of the machine's replication; told where waiting for it failed. */
    readonly proposal?: QuietSlot | undefined;
  },
): ErrorLine {
  const { language, proposal } = options;
  const primary = primaryOf(error);
  const code = primary instanceof StillpointError ? primary.code : UNEXPECTED;
  return {
    type: "error",
    code,
    message: primary instanceof Error ? primary.message : String(primary),
    advice: PROBLEMS[code]?.advice[language] ?? "",
    retry: primary instanceof StillpointError ? primary.retry : "never",
    ...(options.machine === undefined ? {} : { machine: options.machine }),
    ...(code === BUSY && proposal && { proposal: proposalText(proposal, language) }),
  };
}

/** The exit code that an error ends the program with. */
export function exitCodeOf(error: unknown): number {
  const primary = primaryOf(error);
  return primary instanceof StillpointError ? (PROBLEMS[primary.code]?.exitCode ?? 1) : 1;
}

/** What failed first: cleaning up may have failed on top of it, and several pieces of work may have failed at once. */
function primaryOf(error: unknown): unknown {
  if (error instanceof SuppressedError) return primaryOf(error.suppressed);
  if (error instanceof AggregateError && error.errors.length > 0) return primaryOf(error.errors[0]);
  return error;
}
