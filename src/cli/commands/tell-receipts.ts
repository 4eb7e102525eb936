import type { ReceiptReport } from "../../app/index.ts";
import type { CommandSurface } from "../command.ts";
import { instant } from "../output/index.ts";

/** Says what is missing in whole sentences; false when something is. */
export function tellReceipts(
  { missing, gaps, wentBack, changed }: Pick<ReceiptReport, "missing" | "gaps" | "wentBack" | "changed">,
  { output, paint }: Pick<CommandSurface, "output" | "paint">,
): boolean {
  for (const { id, machine, time, toldBy } of missing) {
    const by = toldBy === undefined ? "" : `; only the write-only host ${toldBy} tells of it`;
    output.say(
      `${paint.bad("missing")} restore point ${id} of ${machine.name} of ${instant(time)}: it is gone although nobody removed it${by}`,
    );
  }
  for (const { id, machine, time, storedBy } of changed) {
    const by = storedBy === undefined ? "somebody with all keys" : `the write-only host ${storedBy}`;
    output.say(
      `${paint.bad("changed")} restore point ${id} of ${machine.name} of ${instant(time)}: its bytes are not those of its receipt, ${by} put others in their place`,
    );
  }
  for (const { number, before } of gaps) {
    output.say(
      `${paint.bad("missing")} receipt ${number}, before ${instant(before)}: what it told of may be gone too`,
    );
  }
  if (wentBack !== undefined) {
    output.say(
      `${paint.bad("older")} receipt ${wentBack.number}, which this machine wrote, is not there: the vault is in an older state than this machine left it in`,
    );
  }
  const isComplete = missing.length === 0 && gaps.length === 0 && wentBack === undefined;
  return isComplete && changed.length === 0;
}
