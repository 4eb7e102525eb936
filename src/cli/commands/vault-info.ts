import { describeVault } from "../../app/index.ts";
import { COMMANDS, EXIT } from "../../contract/index.ts";
import type { Command } from "../command.ts";
import { instant } from "../output/index.ts";
import { vaultRequest } from "./vault-request.ts";

export const vaultInfoCommand: Command = {
  contract: COMMANDS["vault info"],
  async run(input, surface) {
    const { facts, keySlots, points, newest } = await describeVault(
      await vaultRequest(input, surface),
      surface.context,
    );
    surface.output.table({
      columns: [{ title: "VAULT" }, { title: facts.id }],
      rows: [
        ["location", facts.location],
        ["format", String(facts.formatVersion)],
        ["made", instant(facts.created.toString())],
        ["restore points", String(points)],
        ["newest", newest === undefined ? "none yet" : instant(newest)],
        ["key slots", String(keySlots.length)],
      ],
    });
    const vault = {
      id: facts.id,
      location: facts.location,
      formatVersion: facts.formatVersion,
      created: facts.created,
    };
    return {
      exitCode: EXIT.done,
      summary: { vault, points, newest: newest ?? null, keySlots: keySlots.length },
    };
  },
};
