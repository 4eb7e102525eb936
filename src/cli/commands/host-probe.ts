import { askHost } from "../../app/index.ts";
import { COMMANDS } from "../../contract/index.ts";
import { type Command, switchOption } from "../command.ts";
import { hostRequest } from "./host-request.ts";

export const hostProbeCommand: Command = {
  contract: COMMANDS["host probe"],
  emptySummary: { experiments: 0 },
  async run(input, surface) {
    const { output, paint, context } = surface;
    const request = { ...(await hostRequest(input, surface)), plain: switchOption(input, "plain") };
    const answers = await askHost(request, context);
    for (const answer of answers) {
      output.line({ type: "probe", ...answer });
      output.say(paint.strong(`${answer.experiment}: ${answer.question}`));
      for (const [name, finding] of Object.entries(answer.findings)) {
        output.say(`  ${name}: ${JSON.stringify(finding)}`);
      }
      if (answer.entries.length > 0)
        output.say(paint.faint(`  helps to settle: ${answer.entries.join(", ")}`));
    }
    const refused = answers.filter(({ outcome }) => outcome === "refused").length;
    return { exitCode: 0, summary: { experiments: answers.length, refused } };
  },
};
