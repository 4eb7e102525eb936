import { rotateVaultPassphrase } from "../../app/index.ts";
import { COMMANDS, EXIT } from "../../contract/index.ts";
import { type Command, switchOption } from "../command.ts";
import { newPassphrase } from "./new-passphrase.ts";
import { vaultRequest } from "./vault-request.ts";

export const vaultKeyRotateCommand: Command = {
  contract: COMMANDS["vault key rotate"],
  async run(input, surface) {
    const request = await vaultRequest(input, surface);
    const added = await newPassphrase(input, surface);
    const allowWeakPassphrase = switchOption(input, "allowWeakPassphrase");
    const rotated = await rotateVaultPassphrase({ ...request, added, allowWeakPassphrase }, surface.context);
    surface.output.say(
      [
        `Key slot ${rotated.added.id} added and opened, key slot ${rotated.removed} removed`,
        "Whoever has a copy of the old slot and the old passphrase still knows the vault's master key;",
        "if that may be, copy what you need into a new vault.",
      ].join("\n"),
    );
    return { exitCode: EXIT.done, summary: { slot: rotated.added.id, removed: rotated.removed } };
  },
};
