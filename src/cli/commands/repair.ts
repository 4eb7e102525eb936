import { runRepair } from "../../app/index.ts";
import { COMMANDS } from "../../contract/index.ts";
import { type Command, type CommandSurface, switchOption } from "../command.ts";
import { amount, counted, instant, shortId } from "../output/index.ts";
import { tellSidecars } from "./tell-sidecars.ts";
import { vaultRequest } from "./vault-request.ts";

type Report = Awaited<ReturnType<typeof runRepair>>;

const DAMAGED = 4;

export const repairCommand: Command = {
  contract: COMMANDS.repair,
  emptySummary: { executed: false, segments: [], packs: [], lost: [] },
  async run(input, surface) {
    const execute = switchOption(input, "execute");
    const report = await runRepair({ ...(await vaultRequest(input, surface)), execute }, surface.context);
    tellFound(report, surface);
    tellLost(report, surface);
    const isOpen = !report.executed && (report.packs.length > 0 || report.segments.length > 0);
    return { exitCode: report.lost.length > 0 || isOpen ? DAMAGED : 0, summary: { ...report } };
  },
};

function tellFound(report: Report, { output, paint }: CommandSurface): void {
  const { executed, segments, packs, sidecars, doomed, waitingFor } = report;
  for (const name of segments) output.say(`${paint.bad("damaged")} ${name}: a part of the index`);
  for (const { object, what, framesRead, chunks, bytes, isMended } of packs) {
    const saved = chunks === 0 ? "nothing is in it alone that can be read" : `${amount(bytes)} in it alone`;
    output.say(
      `${paint.bad("damaged")} ${object}: ${what}; ${counted(framesRead, "frame")} of it open, ${saved}${isMended === true ? "; parity gives it back whole" : ""}`,
    );
  }
  if (sidecars !== undefined && sidecars.made > 0) {
    output.say(`the parity of ${counted(sidecars.made, "pack")} was made again`);
  } else tellSidecars(sidecars, { output });
  if (segments.length + packs.length === 0) output.say(paint.good("nothing is damaged that is known"));
  else if (!executed) output.say("nothing was changed, --execute does it");
  else if (doomed.length > 0) output.say(`the next prune takes ${counted(doomed.length, "damaged object")}`);
  if (executed && waitingFor.length > 0 && packs.length > 0) {
    output.say(`${counted(waitingFor.length, "session")} open: damaged packs stay until a later repair`);
  }
}

function tellLost({ lost }: Report, { output, paint }: CommandSurface): void {
  for (const { id, time, machine, isInTrash, files, lostBytes, mayHealBytes, ...rest } of lost) {
    const name = machine?.name ?? "a machine that cannot be told";
    const trash = isInTrash ? ", in the trash" : "";
    const how = machine === undefined ? "it cannot be read at all" : `${amount(lostBytes)} are lost`;
    output.say(`${paint.bad("lost")} ${shortId(id)} of ${name}, ${instant(time)}${trash}: ${how}`);
    for (const file of files) {
      output.say(`  ${file.path}: ${amount(file.lostBytes)} in ${counted(file.rangeCount, "range")}`);
    }
    if (mayHealBytes > 0)
      output.say(`  ${amount(mayHealBytes)} come back when the next backup still finds them`);
    if (rest.wasPerhapsNeverPromised === true) {
      output.say("  perhaps it was never finished: its run was ended while it was being stored");
    }
  }
  if (lost.length === 0) output.say(paint.good("no restore point lacks anything"));
}
