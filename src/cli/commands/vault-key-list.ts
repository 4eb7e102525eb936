import { describeVault } from "../../app/index.ts";
import { COMMANDS } from "../../contract/index.ts";
import type { Command } from "../command.ts";
import { instant } from "../output/index.ts";
import { vaultRequest } from "./vault-request.ts";

export const vaultKeyListCommand: Command = {
  contract: COMMANDS["vault key list"],
  async run(input, surface) {
    const { keySlots } = await describeVault(await vaultRequest(input, surface), surface.context);
    for (const slot of keySlots) surface.output.line({ ...slot, type: "key-slot" });
    surface.output.table({
      columns: [{ title: "SLOT" }, { title: "KIND" }, { title: "MADE" }],
      rows: keySlots.map((slot) => [slot.id, slot.kind, instant(slot.created)]),
    });
    return { exitCode: 0, summary: { keySlots: keySlots.length } };
  },
};
