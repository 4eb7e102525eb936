import { type HostMachine, language, listMachines, proposalText } from "../../app/index.ts";
import { COMMANDS, EXIT } from "../../contract/index.ts";
import type { Command } from "../command.ts";
import type { Paint } from "../output/index.ts";
import { gapText } from "./gap-text.ts";
import { holdWishes } from "./hold-wishes.ts";
import { hostRequest } from "./host-request.ts";
import { machineLine } from "./machine-lines.ts";
import { noticeText } from "./notice-text.ts";
import { selectionOrAll } from "./selection.ts";

export const forecastCommand: Command = {
  contract: COMMANDS.forecast,
  async run(input, surface) {
    const { output, context, paint } = surface;
    const request = {
      ...(await hostRequest(input, surface)),
      selection: selectionOrAll(input),
      wishes: holdWishes(input),
    };
    const { machines, proposals, warnings } = await listMachines(request, context);
    for (const machine of machines) {
      const slot = proposals.get(machine.id);
      const proposal = slot && proposalText(slot, language());
      output.line({ ...machineLine(machine, proposal) });
      output.say(forecastText(machine, paint));
      if (proposal !== undefined) output.say(`  ${proposal.text}`);
    }
    for (const notice of warnings) output.say(noticeText(notice, paint));
    return { exitCode: EXIT.done, summary: { machines: machines.length, warnings } };
  },
};

/** One machine's forecast as a short paragraph. */
export function forecastText(machine: HostMachine, paint: Paint): string {
  const { forecast } = machine;
  const lines = [`${paint.strong(machine.name)}  ${headline(machine, paint)}`, `  ${forecast.reason}`];
  if (forecast.interruptsGuest !== "no")
    lines.push(`  ${paint.warn("the guest is interrupted:")} ${forecast.interruptsGuest}`);
  for (const gap of forecast.uncovered) lines.push(gapText(gap, paint));
  for (const warning of forecast.warnings) lines.push(noticeText(warning, paint));
  return lines.join("\n");
}

function headline(machine: HostMachine, paint: Paint): string {
  const { forecast } = machine;
  if (forecast.consistency === null) return paint.bad("no backup possible now");
  const how = forecast.checkpointKind === "none" ? "" : ` by a ${forecast.checkpointKind} checkpoint`;
  const text = `${forecast.consistency}-consistent${how}`;
  return forecast.consistency === "crash" ? paint.warn(text) : paint.good(text);
}
