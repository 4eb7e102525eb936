import { language, listMachines, proposalText } from "../../app/index.ts";
import { COMMANDS, EXIT } from "../../contract/index.ts";
import type { Command } from "../command.ts";
import { diskTable } from "./disk-table.ts";
import { hostRequest } from "./host-request.ts";
import { machineLine } from "./machine-lines.ts";
import { noticeText } from "./notice-text.ts";
import { selectionOrAll } from "./selection.ts";

export const machinesCommand: Command = {
  contract: COMMANDS.machines,
  async run(input, surface) {
    const { output, context, paint } = surface;
    const request = { ...(await hostRequest(input, surface)), selection: selectionOrAll(input) };
    const { host, machines, proposals, warnings } = await listMachines(request, context);
    for (const machine of machines) {
      const slot = proposals.get(machine.id);
      output.line({ ...machineLine(machine, slot && proposalText(slot, language())) });
    }
    output.say(paint.strong(`${host.name}${host.caption === "" ? "" : `, ${host.caption}`}`));
    output.table({
      columns: [
        { title: "NAME" },
        { title: "STATE" },
        { title: "GEN", align: "right" },
        { title: "DISKS", align: "right" },
        { title: "CONSISTENCY" },
        { title: "ID" },
      ],
      rows: machines.map((machine) => [
        machine.name,
        machine.state,
        String(machine.generation),
        String(machine.disks.length),
        machine.forecast.consistency === null ? paint.bad("not possible") : machine.forecast.consistency,
        paint.faint(machine.id.toUpperCase()),
      ]),
    });
    output.table(diskTable(machines));
    if (machines.length === 0) output.say("no machines");
    for (const notice of warnings) output.say(noticeText(notice, paint));
    return { exitCode: EXIT.done, summary: { machines: machines.length, warnings } };
  },
};
