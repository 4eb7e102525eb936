import { type RestorePlace, runRestore } from "../../app/index.ts";
import { COMMANDS, EXIT } from "../../contract/index.ts";
import {
  type Command,
  type CommandInput,
  type CommandResult,
  type CommandSurface,
  requiredOption,
  switchOption,
} from "../command.ts";
import { amount, counted, instant, shortId } from "../output/index.ts";
import { restoreAsked } from "./restore-asked.ts";
import { restoreSeveral } from "./restore-several.ts";
import { storerText } from "./storer-text.ts";
import { tellSalvaged, unreadRangeLine } from "./tell-salvaged.ts";
import { vaultRequest } from "./vault-request.ts";

export const restoreCommand: Command = {
  contract: COMMANDS.restore,
  emptySummary: { files: [], bytesWritten: 0 },
  async run(input, surface) {
    const asked = restoreAsked(input);
    const place: RestorePlace = {
      ...(await vaultRequest(input, surface)),
      toFolder: requiredOption(input, "toFolder"),
      layout: switchOption(input, "exact") === true ? "exact" : "export",
      overwrite: switchOption(input, "overwrite"),
      ignoreSpace: switchOption(input, "ignoreSpace"),
      salvage: switchOption(input, "salvage"),
      onUnread: (range) => surface.output.line({ ...unreadRangeLine(range) }),
    };
    if ("point" in asked) return await restoreOne({ ...place, ...asked }, input, surface);
    const failOnWarning = switchOption(input, "failOnWarning");
    return await restoreSeveral({ ...place, wanted: asked }, { failOnWarning, surface });
  },
};

async function restoreOne(
  request: Parameters<typeof runRestore>[0],
  input: CommandInput,
  { context, output }: CommandSurface,
): Promise<CommandResult> {
  const restored = await runRestore(request, context);
  output.say(
    `${restored.machine.name}: ${counted(restored.files.length, "file")} restored to ${request.toFolder}, ${amount(restored.bytesWritten)} written`,
  );
  const { point, time, storedBy } = restored;
  const storer = storedBy === undefined ? "" : `, ${storerText(restored)}`;
  output.say(`  restore point ${shortId(point)} of ${instant(time)}${storer}`);
  tellSalvaged(restored.files, output);
  if (!restored.whole) return { exitCode: EXIT.damaged, summary: { ...restored } };
  const warned = switchOption(input, "failOnWarning") === true && restored.warnings.length > 0;
  return { exitCode: warned ? EXIT.mixed : EXIT.done, summary: { ...restored } };
}
