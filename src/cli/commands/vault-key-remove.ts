import { removeVaultKeySlot, UsageError } from "../../app/index.ts";
import { COMMANDS, EXIT } from "../../contract/index.ts";
import { type Command, switchOption, textOption } from "../command.ts";
import { vaultRequest } from "./vault-request.ts";

export const vaultKeyRemoveCommand: Command = {
  contract: COMMANDS["vault key remove"],
  async run(input, surface) {
    const slot = textOption(input, "slot");
    if (slot === undefined) throw new UsageError("Cannot remove a key slot: wanted --slot ID");
    const removed = await removeVaultKeySlot(
      { ...(await vaultRequest(input, surface)), slot, evenInUse: switchOption(input, "evenInUse") },
      surface.context,
    );
    surface.output.say(
      `Key slot ${removed} removed; its passphrase or recovery key opens the vault no longer`,
    );
    return { exitCode: EXIT.done, summary: { slot: removed } };
  },
};
