import { askHost } from "../../app/index.ts";
import { COMMANDS, EXIT } from "../../contract/index.ts";
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
        output.say(findingText(name, finding));
      }
      if (answer.entries.length > 0)
        output.say(paint.faint(`  helps to settle: ${answer.entries.join(", ")}`));
    }
    const refused = answers.filter(({ outcome }) => outcome === "refused").length;
    return { exitCode: EXIT.done, summary: { experiments: answers.length, refused } };
  },
};

/** Lists of things get a line for each; equal ones are counted. */
function findingText(name: string, finding: unknown): string {
  if (!Array.isArray(finding) || !finding.some((one) => typeof one === "object"))
    return `  ${name}: ${JSON.stringify(finding)}`;
  const counts = new Map<string, number>();
  for (const text of finding.map((one) => JSON.stringify(one))) counts.set(text, (counts.get(text) ?? 0) + 1);
  const lines = [...counts].map(([text, count]) => `    ${text}${count === 1 ? "" : ` (${count} times)`}`);
  return [`  ${name}:`, ...lines].join("\n");
}
