import { listTrash } from "../../app/index.ts";
import { COMMANDS, EXIT } from "../../contract/index.ts";
import type { Command } from "../command.ts";
import { instant, shortId } from "../output/index.ts";
import { vaultRequest } from "./vault-request.ts";

export const trashListCommand: Command = {
  contract: COMMANDS["trash list"],
  emptySummary: { points: 0 },
  async run(input, surface) {
    const { output } = surface;
    const trashed = await listTrash(await vaultRequest(input, surface), surface.context);
    for (const { id, until, point } of trashed) {
      const { machine, time } = point ?? {};
      output.line({ type: "trashed-point", id, until: until.toString(), machine, time });
    }
    output.table({
      columns: [{ title: "POINT" }, { title: "MACHINE" }, { title: "TIME" }, { title: "STAYS UNTIL" }],
      rows: trashed.map(({ id, until, point }) => [
        shortId(id),
        point?.machine.name ?? "(damaged)",
        instant(point?.time ?? ""),
        instant(until.toString()),
      ]),
    });
    if (trashed.length === 0) output.say("the trash is empty");
    return { exitCode: EXIT.done, summary: { points: trashed.length } };
  },
};
