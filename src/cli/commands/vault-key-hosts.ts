import { addVaultHost, endVaultHost } from "../../app/index.ts";
import { COMMANDS, EXIT } from "../../contract/index.ts";
import { type Command, requiredOption } from "../command.ts";
import { vaultRequest } from "./vault-request.ts";

export const vaultKeyAddHostCommand: Command = {
  contract: COMMANDS["vault key add-host"],
  async run(input, surface) {
    const out = requiredOption(input, "out");
    const request = { ...(await vaultRequest(input, surface)), name: input.argument, out };
    const { id, name } = await addVaultHost(request, surface.context);
    surface.output.say(
      [
        `Host ${name} (${id}) may add to the vault with the key in ${out}`,
        "Give backup the file as --passphrase-file, and the host no passphrase.",
        "Let its credential at the storage add and read, and not delete.",
      ].join("\n"),
    );
    return { exitCode: EXIT.done, summary: { host: { id, name }, file: out } };
  },
};

export const vaultKeyRemoveHostCommand: Command = {
  contract: COMMANDS["vault key remove-host"],
  async run(input, surface) {
    const request = { ...(await vaultRequest(input, surface)), host: input.argument };
    const { id, name } = await endVaultHost(request, surface.context);
    surface.output.say(
      `The key of host ${name} (${id}) is taken away: what it stored stays, what is added with it from now on does not count`,
    );
    return { exitCode: EXIT.done, summary: { host: { id, name } } };
  },
};
