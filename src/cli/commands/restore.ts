import { runRestore } from "../../app/index.ts";
import { COMMANDS } from "../../contract/index.ts";
import { type Command, requiredOption, switchOption } from "../command.ts";
import { amount, counted } from "../output/index.ts";
import { vaultRequest } from "./vault-request.ts";

const WARNED = 3;

export const restoreCommand: Command = {
  contract: COMMANDS.restore,
  emptySummary: { files: [], bytesWritten: 0 },
  async run(input, surface) {
    const toFolder = requiredOption(input, "toFolder");
    const restored = await runRestore(
      {
        ...(await vaultRequest(input, surface)),
        point: input.argument,
        toFolder,
        layout: switchOption(input, "exact") === true ? "exact" : "export",
        overwrite: switchOption(input, "overwrite"),
      },
      surface.context,
    );
    surface.output.say(
      `${restored.machine.name}: ${counted(restored.files.length, "file")} restored to ${toFolder}, ${amount(restored.bytesWritten)} written`,
    );
    const warned = switchOption(input, "failOnWarning") === true && restored.warnings.length > 0;
    return { exitCode: warned ? WARNED : 0, summary: { ...restored } };
  },
};
