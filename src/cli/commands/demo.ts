import { runDemo } from "../../app/index.ts";
import { COMMANDS, EXIT } from "../../contract/index.ts";
import { type Command, switchOption } from "../command.ts";
import { amount, duration } from "../output/index.ts";
import { forecastText } from "./forecast.ts";

export const demoCommand: Command = {
  contract: COMMANDS.demo,
  async run(input, { output, context, paint }) {
    const { clock } = context.world;
    const startedMs = clock.monotonicMs();
    const outcome = await runDemo(context, {
      keep: switchOption(input, "keep"),
      tell: {
        chapter: (title) => output.say(`\n${paint.strong(title)}`),
        sentence: (text) => output.say(`  ${text}`),
        forecast: (machine) => output.say(forecastText(machine, paint).replace(/^/gm, "  ")),
        proof: (text) => output.say(`  ${paint.good("✓")} ${text}`),
        amount,
      },
    });
    output.say(`\nDone in ${duration((clock.monotonicMs() - startedMs) / 1000)}.`);
    return { exitCode: EXIT.done, summary: { ...outcome } };
  },
};
