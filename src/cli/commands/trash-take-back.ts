import { takeBack } from "../../app/index.ts";
import { COMMANDS, EXIT } from "../../contract/index.ts";
import type { Command } from "../command.ts";
import { vaultRequest } from "./vault-request.ts";

export const trashTakeBackCommand: Command = {
  contract: COMMANDS["trash take-back"],
  async run(input, surface) {
    const request = { ...(await vaultRequest(input, surface)), point: input.argument };
    const id = await takeBack(request, surface.context);
    surface.output.say(`restore point ${id} is back`);
    return { exitCode: EXIT.done, summary: { point: id } };
  },
};
