import { diagnoseHost } from "../../app/index.ts";
import { COMMANDS } from "../../contract/index.ts";
import { type Command, switchOption } from "../command.ts";
import { duration } from "../output/index.ts";
import { hostRequest } from "./host-request.ts";

type Leftover = Awaited<ReturnType<typeof diagnoseHost>>["leftovers"][number];

export const hostDoctorCommand: Command = {
  contract: COMMANDS["host doctor"],
  emptySummary: { leftovers: 0 },
  async run(input, surface) {
    const { output, paint, context } = surface;
    const request = { ...(await hostRequest(input, surface)), execute: switchOption(input, "execute") };
    const { leftovers, cleaned } = await diagnoseHost(request, context);
    for (const leftover of leftovers) output.line({ type: "leftover", ...printed(leftover) });
    output.table({
      columns: [
        { title: "KIND" },
        { title: "OWNER" },
        { title: "MACHINE" },
        { title: "AGE", align: "right" },
        { title: "WHAT" },
      ],
      rows: leftovers.map(({ kind, owner, machine, ageSeconds, subject }) => [
        kind,
        owner === "ours" ? paint.bad(owner) : owner,
        machine?.name ?? "",
        ageSeconds === null ? "" : duration(ageSeconds),
        subject,
      ]),
    });
    for (const { subject, action } of leftovers) output.say(`${subject}: ${action}`);
    if (leftovers.length === 0) output.say(paint.good("nothing was left on the host"));
    for (const sentence of cleaned?.removed ?? []) output.say(`cleaned up: ${sentence}`);
    for (const sentence of cleaned?.leftBehind ?? []) output.say(`${paint.bad("left:")} ${sentence}`);
    const remaining = cleaned?.remaining ?? [];
    return {
      exitCode: remaining.length > 0 ? 1 : 0,
      summary: {
        leftovers: leftovers.length,
        ours: leftovers.filter(({ owner }) => owner === "ours").length,
        ...(cleaned !== undefined && { ...cleaned, remaining: remaining.map(printed) }),
      },
    };
  },
};

/** Identifiers are printed in upper case, as Windows does. */
function printed({ machine, ...rest }: Leftover): Record<string, unknown> {
  return machine === undefined
    ? rest
    : { ...rest, machine: { id: machine.id.toUpperCase(), name: machine.name } };
}
