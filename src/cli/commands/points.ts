import { listPoints } from "../../app/index.ts";
import type { Notice } from "../../base/index.ts";
import { COMMANDS, type PointLine } from "../../contract/index.ts";
import { type Command, listOption } from "../command.ts";
import { amount, instant, shortId } from "../output/index.ts";
import { noticeText } from "./notice-text.ts";
import { vaultRequest } from "./vault-request.ts";

const COLUMNS = [
  { title: "POINT" },
  { title: "MACHINE" },
  { title: "TIME" },
  { title: "CONSISTENCY" },
  { title: "SIZE", align: "right" },
] as const;

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
    const rows: string[][] = [];
    let points = 0;
    for await (const point of listPoints(request, surface.context)) {
      const { id, machine, time, consistency, method, bytes } = point;
      output.line({ type: "point", id, machine, time, consistency, method, bytes } satisfies PointLine);
      rows.push([shortId(id), machine.name, instant(time), consistency, amount(bytes)]);
      points++;
    }
    output.table({ columns: COLUMNS, rows });
    if (points === 0) output.say("no restore points");
    for (const notice of missing) output.say(noticeText(notice, paint).trimStart());
    return { exitCode: 0, summary: { points, ...(missing.length > 0 && { warnings: missing }) } };
  },
};
