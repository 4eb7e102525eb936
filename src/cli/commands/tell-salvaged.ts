import type { RestoreRequest } from "../../app/index.ts";
import type { RestoredFileFields, UnreadRangeLine } from "../../contract/index.ts";
import { amount, counted, type Output } from "../output/index.ts";

type UnreadFileRange = Parameters<NonNullable<RestoreRequest["onUnread"]>>[0];

const COLUMNS = [
  { title: "NOT WHOLE" },
  { title: "UNREAD", align: "right" },
  { title: "RANGES", align: "right" },
  { title: "LISTED IN" },
] as const;

/** Says which files came back in part; nothing when all are whole. */
export function tellSalvaged(files: readonly RestoredFileFields[], output: Output): void {
  const inPart = files.filter(({ salvaged }) => salvaged !== undefined);
  if (inPart.length === 0) return;
  output.say(`${counted(inPart.length, "file")} SALVAGED AND NOT WHOLE: what could not be read is zeros`);
  output.table({
    columns: COLUMNS,
    rows: inPart.map(({ path, salvaged }) => [
      path,
      amount(salvaged?.unreadBytes ?? 0),
      String(salvaged?.ranges ?? 0),
      salvaged?.report ?? "",
    ]),
  });
}

export function unreadRangeLine({ plan, ...range }: UnreadFileRange): UnreadRangeLine {
  return { type: "unread-range", point: plan.point.id, machine: plan.machine, ...range };
}
