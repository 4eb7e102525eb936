import { renewVaultLocks } from "../../app/index.ts";
import { COMMANDS, EXIT } from "../../contract/index.ts";
import type { Command } from "../command.ts";
import { counted, instant } from "../output/index.ts";
import { vaultRequest } from "./vault-request.ts";

export const vaultRenewCommand: Command = {
  contract: COMMANDS["vault renew"],
  async run(input, surface) {
    const { output, paint, context } = surface;
    const report = await renewVaultLocks(await vaultRequest(input, surface), context);
    if (report === undefined) {
      output.say("this vault was made without --lock: nothing is locked");
      return { exitCode: EXIT.done, summary: { locked: false } };
    }
    const until = instant(report.until);
    output.say(
      `${counted(report.renewed, "lock")} made longer; what restore points need is locked until ${until}`,
    );
    for (const object of report.missing) output.say(`${paint.bad("missing")} ${object}`);
    return { exitCode: EXIT.done, summary: { locked: true, ...report } };
  },
};
