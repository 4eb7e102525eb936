import { type ListedPoint, listPoints } from "../../app/index.ts";
import type { Notice } from "../../base/index.ts";
import { COMMANDS, EXIT, type PointLine } from "../../contract/index.ts";
import { type Command, listOption } from "../command.ts";
import { noticeText } from "./notice-text.ts";
import { pointTable } from "./point-table.ts";
import { storerFields } from "./storer-text.ts";
import { vaultRequest } from "./vault-request.ts";

/** So many are in memory, and below one heading. */
const ROWS_AT_ONCE = 1000;

export const pointsCommand: Command = {
  contract: COMMANDS.points,
  async run(input, surface) {
    const { output, paint } = surface;
    const missing: Notice[] = [];
    const request = {
      ...(await vaultRequest(input, surface)),
      machines: listOption(input, "machine"),
      onMissing: (notice: Notice) => void missing.push(notice),
    };
    let rows: ListedPoint[] = [];
    let points = 0;
    for await (const point of listPoints(request, surface.context)) {
      output.line({ ...lineOf(point) });
      rows.push(point);
      points++;
      if (rows.length < ROWS_AT_ONCE) continue;
      output.table(pointTable(rows));
      rows = [];
    }
    output.table(pointTable(rows));
    if (points === 0) output.say("no restore points");
    for (const notice of missing) output.say(noticeText(notice, paint).trimStart());
    return { exitCode: EXIT.done, summary: { points, ...(missing.length > 0 && { warnings: missing }) } };
  },
};

function lineOf(point: ListedPoint): PointLine {
  const { id, machine, time, consistency, method, bytes } = point;
  return { type: "point", id, machine, time, consistency, method, bytes, ...storerFields(point) };
}
