import { initVault } from "../../app/index.ts";
import { COMMANDS, EXIT } from "../../contract/index.ts";
import { type Command, requiredOption, switchOption, textOption } from "../command.ts";
import { lockAsked } from "./lock-asked.ts";

export const vaultInitCommand: Command = {
  contract: COMMANDS["vault init"],
  async run(input, surface) {
    const vault = requiredOption(input, "vault");
    const lock = lockAsked(input);
    const passphrase = await surface.secret({
      file: textOption(input, "passphraseFile"),
      variable: "STILLPOINT_PASSPHRASE",
      prompt: "Passphrase of the new vault",
      twice: true,
    });
    const allowWeakPassphrase = switchOption(input, "allowWeakPassphrase");
    const parity = switchOption(input, "parity");
    const made = await initVault({ vault, passphrase, allowWeakPassphrase, lock, parity }, surface.context);
    const recoveryKey = made.recoveryKey.reveal();
    surface.output.say(
      [
        `Vault ${made.facts.id} made at ${vault}`,
        "",
        "Recovery key, shown this once. Keep it on paper, away from this machine:",
        "",
        `  ${surface.paint.strong(recoveryKey)}`,
        "",
        "It opens the vault like the passphrase does. Without either, nobody can read the vault.",
      ].join("\n"),
    );
    return { exitCode: EXIT.done, summary: { vault: { id: made.facts.id, location: vault }, recoveryKey } };
  },
};
