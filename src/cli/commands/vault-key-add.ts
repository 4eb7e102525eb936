import { addVaultPassphrase } from "../../app/index.ts";
import { COMMANDS } from "../../contract/index.ts";
import { type Command, switchOption, textOption } from "../command.ts";
import { vaultRequest } from "./vault-request.ts";

export const vaultKeyAddCommand: Command = {
  contract: COMMANDS["vault key add"],
  async run(input, surface) {
    const request = await vaultRequest(input, surface);
    const added = await surface.secret({
      file: textOption(input, "newPassphraseFile"),
      variable: "STILLPOINT_NEW_PASSPHRASE",
      prompt: "New passphrase",
      twice: true,
    });
    const allowWeakPassphrase = switchOption(input, "allowWeakPassphrase");
    const slot = await addVaultPassphrase({ ...request, added, allowWeakPassphrase }, surface.context);
    surface.output.say(`Key slot ${slot.id} added; the former ones open the vault as before`);
    return { exitCode: 0, summary: { slot: slot.id } };
  },
};
