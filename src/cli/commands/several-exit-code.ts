import { exitCodeOf } from "../../app/index.ts";
import { EXIT, type ExitCode } from "../../contract/index.ts";

/** What of a command's work on several machines or restore points decides how the program ends. */
export interface SeveralEnded {
  /** How many of them succeeded. */
  readonly succeeded: number;
  /** What the others failed with. */
  readonly errors: readonly unknown[];
  /** What ended the work before every one had its turn. */
  readonly endedBy?: unknown;
  /** Whether something of them is not whole, although nothing failed for it. */
  readonly isDamaged?: boolean;
  readonly isWarned: boolean;
}

/** An interruption says most, then damage, then those that failed, then (when asked for) everything that is worth a look. */
export function severalExitCode(
  { succeeded, errors, endedBy, isDamaged, isWarned }: SeveralEnded,
  options: { readonly failOnWarning?: true | undefined } = {},
): ExitCode {
  const codes = new Set(errors.map(exitCodeOf));
  if (endedBy !== undefined) codes.add(exitCodeOf(endedBy));
  if (codes.has(EXIT.interrupted)) return EXIT.interrupted;
  if (codes.has(EXIT.damaged) || isDamaged === true) return EXIT.damaged;
  if (errors.length > 0) return succeeded === 0 ? EXIT.failed : EXIT.mixed;
  return options.failOnWarning === true && isWarned ? EXIT.mixed : EXIT.done;
}
