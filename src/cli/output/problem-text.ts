import type { ErrorLine } from "../../contract/index.ts";
import type { Paint } from "./paint.ts";

/** An error as people read it: what failed, its code, what to do, and the command that says more. Ends its last line. */
export function problemText(problem: ErrorLine, paint: Paint): string {
  const who = problem.machine === undefined ? "" : `${problem.machine.name}: `;
  const advice = problem.advice === "" ? "" : `\n  ${problem.advice}`;
  const proposal = problem.proposal === undefined ? "" : `\n  ${problem.proposal.text}`;
  const more = `\n  ${paint.faint(`more: stillpoint explain ${problem.code}`)}`;
  return `${paint.bad("error")} ${who}${problem.message} ${paint.faint(`[${problem.code}]`)}${advice}${proposal}${more}\n`;
}
