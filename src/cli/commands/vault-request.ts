import type { VaultRequest } from "../../app/index.ts";
import { type CommandInput, type CommandSurface, requiredOption, textOption } from "../command.ts";

/** The vault that the command names, with its passphrase. */
export async function vaultRequest(input: CommandInput, surface: CommandSurface): Promise<VaultRequest> {
  const vault = requiredOption(input, "vault");
  const passphrase = await surface.secret({
    file: textOption(input, "passphraseFile"),
    variable: "STILLPOINT_PASSPHRASE",
    prompt: `Passphrase of ${vault}`,
  });
  return { vault, passphrase };
}
