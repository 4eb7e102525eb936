import { addVaultPassphrase, secretFromShareFiles, UsageError } from "../../app/index.ts";
import { COMMANDS, EXIT } from "../../contract/index.ts";
import { type Command, listOption, requiredOption, switchOption } from "../command.ts";
import { newPassphrase } from "./new-passphrase.ts";

export const vaultKeyRecoverCommand: Command = {
  contract: COMMANDS["vault key recover"],
  async run(input, surface) {
    const files = listOption(input, "shareFile");
    if (files.length === 0) throw new UsageError("Cannot recover: wanted --share-file FILE, once or more");
    const vault = requiredOption(input, "vault");
    const passphrase = await secretFromShareFiles(files);
    const added = await newPassphrase(input, surface);
    const allowWeakPassphrase = switchOption(input, "allowWeakPassphrase");
    const slot = await addVaultPassphrase({ vault, passphrase, added, allowWeakPassphrase }, surface.context);
    surface.output.say(`Key slot ${slot.id} added; the shares open the vault as before`);
    return { exitCode: EXIT.done, summary: { slot: slot.id } };
  },
};
