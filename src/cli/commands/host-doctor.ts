import { diagnoseHost } from "../../app/index.ts";
import { COMMANDS, EXIT } from "../../contract/index.ts";
import { type Command, type CommandSurface, switchOption } from "../command.ts";
import { duration, type Paint, type Table } from "../output/index.ts";
import { hostRequest } from "./host-request.ts";

type Diagnosis = Awaited<ReturnType<typeof diagnoseHost>>;
type Leftover = Diagnosis["leftovers"][number];
type Cleaned = NonNullable<Diagnosis["cleaned"]>;

export const hostDoctorCommand: Command = {
  contract: COMMANDS["host doctor"],
  emptySummary: { leftovers: 0 },
  async run(input, surface) {
    const { output, context } = surface;
    const request = { ...(await hostRequest(input, surface)), execute: switchOption(input, "execute") };
    const { leftovers, cleaned } = await diagnoseHost(request, context);
    for (const leftover of leftovers) output.line({ type: "leftover", ...printed(leftover) });
    const ours = leftovers.filter(({ owner }) => owner === "ours").length;
    tell(leftovers, surface);
    if (cleaned !== undefined) tellCleaned(cleaned, surface);
    else if (ours > 0) output.say(`--execute takes away what is ours: ${ours} of ${leftovers.length}`);
    const remaining = cleaned?.remaining ?? [];
    return {
      exitCode: remaining.length > 0 ? EXIT.failed : EXIT.done,
      summary: {
        leftovers: leftovers.length,
        ours,
        ...(cleaned !== undefined && { ...cleaned, remaining: remaining.map(printed) }),
      },
    };
  },
};

function tell(leftovers: readonly Leftover[], { output, paint }: CommandSurface): void {
  output.table(leftoverTable(leftovers, paint));
  for (const { subject, action } of leftovers) output.say(`${subject}: ${action}`);
  if (leftovers.length === 0) output.say(paint.good("nothing was left on the host"));
}

function tellCleaned(cleaned: Cleaned, { output, paint }: CommandSurface): void {
  for (const sentence of cleaned.removed) output.say(`cleaned up: ${sentence}`);
  for (const sentence of cleaned.leftBehind) output.say(`${paint.bad("left:")} ${sentence}`);
}

function leftoverTable(leftovers: readonly Leftover[], paint: Paint): Table {
  return {
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
  };
}

/** Identifiers are printed in upper case, as Windows does. */
function printed({ machine, ...rest }: Leftover): Record<string, unknown> {
  return machine === undefined
    ? rest
    : { ...rest, machine: { id: machine.id.toUpperCase(), name: machine.name } };
}
