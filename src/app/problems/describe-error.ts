import { StillpointError } from "../../base/index.ts";
import type { ErrorLine, MachineName } from "../../contract/index.ts";
import type { Language } from "../config/index.ts";
import { PROBLEMS } from "./problems.ts";

const UNEXPECTED = "internal"; // what an error without a code is: a bug of ours

/** The line that a surface prints for an error. */
export function describeError(
  error: unknown,
  options: { readonly language: Language; readonly machine?: MachineName | undefined },
): ErrorLine {
  const primary = primaryOf(error);
  const code = primary instanceof StillpointError ? primary.code : UNEXPECTED;
  return {
    type: "error",
    code,
    message: primary instanceof Error ? primary.message : String(primary),
    advice: PROBLEMS[code]?.advice[options.language] ?? "",
    retry: primary instanceof StillpointError ? primary.retry : "never",
    ...(options.machine === undefined ? {} : { machine: options.machine }),
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
