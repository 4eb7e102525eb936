import type { Secret } from "../../base/index.ts";
import { type CommandInput, type CommandSurface, textOption } from "../command.ts";

/** The passphrase of a slot that is going to be made. */
export async function newPassphrase(input: CommandInput, surface: CommandSurface): Promise<Secret> {
  return await surface.secret({
    file: textOption(input, "newPassphraseFile"),
    variable: "STILLPOINT_NEW_PASSPHRASE",
    prompt: "New passphrase",
    twice: true,
  });
}
