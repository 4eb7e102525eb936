import type { ReceiptReport } from "../../app/index.ts";
import type { CommandSurface } from "../command.ts";
import { instant } from "../output/index.ts";

/** Says what is missing in whole sentences; false when something is. */
export function tellReceipts(
  { missing, gaps, wentBack }: Pick<ReceiptReport, "missing" | "gaps" | "wentBack">,
  { output, paint }: Pick<CommandSurface, "output" | "paint">,
): boolean {
  for (const { id, machine, time } of missing) {
    output.say(
      `${paint.bad("missing")} restore point ${id} of ${machine.name} of ${instant(time)}: it is gone although nobody removed it`,
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
  return missing.length === 0 && gaps.length === 0 && wentBack === undefined;
}
