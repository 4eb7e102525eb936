import { language, runRepair } from "../../app/index.ts";
import { COMMANDS, EXIT } from "../../contract/index.ts";
import { type Command, type CommandSurface, switchOption } from "../command.ts";
import { amount, counted } from "../output/index.ts";
import { tellLost } from "./tell-lost.ts";
import { tellSidecars } from "./tell-sidecars.ts";
import { vaultRequest } from "./vault-request.ts";

type Report = Awaited<ReturnType<typeof runRepair>>;

export const repairCommand: Command = {
  contract: COMMANDS.repair,
  emptySummary: { executed: false, segments: [], packs: [], lost: [] },
  async run(input, surface) {
    const execute = switchOption(input, "execute");
    const report = await runRepair({ ...(await vaultRequest(input, surface)), execute }, surface.context);
    tellFound(report, surface);
    tellLost(report.lost, surface, language());
    const isOpen = !report.executed && (report.packs.length > 0 || report.segments.length > 0);
    return { exitCode: report.lost.length > 0 || isOpen ? EXIT.damaged : EXIT.done, summary: { ...report } };
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
  if (segments.length + packs.length === 0) {
    output.say(
      paint.good("nothing is damaged in lists, headers and footers, nor was found when data was read before"),
    );
    output.say("stillpoint verify --read-data reads the data");
  }
  if (segments.length + packs.length === 0) return;
  if (!executed) output.say("nothing was changed, --execute does it");
  else if (doomed.length > 0) output.say(`the next prune takes ${counted(doomed.length, "damaged object")}`);
  if (executed && waitingFor.length > 0 && packs.length > 0) {
    output.say(`${counted(waitingFor.length, "session")} open: damaged packs stay until a later repair`);
  }
}
