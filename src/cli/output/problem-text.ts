import type { ErrorLine } from "../../contract/index.ts";
import type { Paint } from "./paint.ts";

/**
 * An error as people read it: what failed, its code, what to do, and the command that says more. What helps every machine
 * is `known` when it was told for another one. Ends its last line.
 */
export function problemText(
  problem: ErrorLine,
  paint: Paint,
  known: ReadonlySet<string> = new Set(),
): string {
  const { machine, code, message, advice, proposal } = problem;
  const who = machine === undefined ? "" : `${machine.name}: `;
  const lines = [`${paint.bad("error")} ${who}${message} ${paint.faint(`[${code}]`)}`];
  if (advice !== "" && !known.has(code)) lines.push(advice);
  if (proposal !== undefined) lines.push(proposal.text);
  if (!known.has(code)) lines.push(paint.faint(`more: stillpoint explain ${code}`));
  return `${lines.join("\n  ")}\n`;
}
