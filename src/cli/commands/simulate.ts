import { runSimulate } from "../../app/index.ts";
import { COMMANDS } from "../../contract/index.ts";
import { type Command, textOption } from "../command.ts";
import { wantedOption } from "./wanted-option.ts";

export const simulateCommand: Command = {
  contract: COMMANDS.simulate,
  emptySummary: { requests: 0, failures: [] },
  async run(input, { output, context }) {
    const outcome = await runSimulate(
      {
        folder: wantedOption(input, "simulate", "state"),
        listen: textOption(input, "listen"),
        listenHttps: textOption(input, "listenHttps"),
        certificateFile: textOption(input, "certificate"),
        keyFile: textOption(input, "key"),
        user: wantedOption(input, "simulate", "user"),
        passwordFile: wantedOption(input, "simulate", "passwordFile"),
      },
      context,
      ({ protocol, address, port }) => {
        output.line({ type: "listening", protocol, address, port });
        const shown = address.includes(":") ? `[${address}]` : address;
        output.say(`listening on ${protocol}://${shown}:${port}/wsman`);
      },
    );
    for (const failure of outcome.failures) output.say(`failed: ${failure}`);
    return { exitCode: outcome.failures.length === 0 ? 0 : 1, summary: { ...outcome } };
  },
};
