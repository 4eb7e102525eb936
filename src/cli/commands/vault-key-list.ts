import { listVaultKeys } from "../../app/index.ts";
import { COMMANDS, EXIT } from "../../contract/index.ts";
import type { Command } from "../command.ts";
import { instant } from "../output/index.ts";
import { vaultRequest } from "./vault-request.ts";

export const vaultKeyListCommand: Command = {
  contract: COMMANDS["vault key list"],
  async run(input, { output, context, ...surface }) {
    const request = await vaultRequest(input, { output, context, ...surface });
    const { keySlots, unknown, hosts, openedWith } = await listVaultKeys(request, context);
    for (const slot of keySlots) output.line({ ...slot, inUse: slot.id === openedWith, type: "key-slot" });
    for (const slot of unknown) output.line({ ...slot, type: "unknown-key-slot" });
    for (const { id, name, created, ended } of hosts)
      output.line({ id, name, created, ended: ended ?? null, type: "host" });
    output.table({
      columns: [{ title: "SLOT" }, { title: "KIND" }, { title: "MADE" }],
      rows: [
        ...keySlots.map((slot) => [
          slot.id,
          slot.id === openedWith ? `${slot.kind}, in use` : slot.kind,
          instant(slot.created),
        ]),
        ...unknown.map(({ id, kind }) => [id, `${kind}: a newer program's`, ""]),
      ],
    });
    if (hosts.length > 0) {
      output.say("");
      output.table({
        columns: [{ title: "HOST" }, { title: "ID" }, { title: "MADE" }, { title: "KEY TAKEN AWAY" }],
        rows: hosts.map(({ id, name, created, ended }) => [
          name,
          id,
          instant(created.toString()),
          ended === undefined ? "" : instant(ended.toString()),
        ]),
      });
    }
    return {
      exitCode: EXIT.done,
      summary: { keySlots: keySlots.length, unknownKeySlots: unknown.length, hosts: hosts.length },
    };
  },
};
