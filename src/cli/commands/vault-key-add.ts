import {
  addVaultPassphrase,
  addVaultRecoveryKey,
  addVaultRecoveryShares,
  UsageError,
  type VaultRequest,
} from "../../app/index.ts";
import { COMMANDS, EXIT } from "../../contract/index.ts";
import {
  type Command,
  type CommandInput,
  type CommandResult,
  type CommandSurface,
  switchOption,
  textOption,
} from "../command.ts";
import { newPassphrase } from "./new-passphrase.ts";
import { vaultRequest } from "./vault-request.ts";

const MOST_SHARES = 255;

export const vaultKeyAddCommand: Command = {
  contract: COMMANDS["vault key add"],
  async run(input, surface) {
    const counts = countsAsked(input);
    const request = await vaultRequest(input, surface);
    if (counts !== undefined) return await addShares({ ...request, counts }, surface);
    if (switchOption(input, "recovery") === true) return await addRecoveryKey(request, surface);
    const added = await newPassphrase(input, surface);
    const allowWeakPassphrase = switchOption(input, "allowWeakPassphrase");
    const slot = await addVaultPassphrase({ ...request, added, allowWeakPassphrase }, surface.context);
    surface.output.say(`Key slot ${slot.id} added; the former ones open the vault as before`);
    return { exitCode: EXIT.done, summary: { slot: slot.id } };
  },
};

function countsAsked(input: CommandInput): { readonly shares: number; readonly needed: number } | undefined {
  const [shares, needed] = [textOption(input, "shares"), textOption(input, "threshold")];
  const isRecovery = switchOption(input, "recovery") === true;
  if (isRecovery && textOption(input, "newPassphraseFile") !== undefined)
    throw new UsageError("Cannot add a key: --recovery makes no passphrase, leave --new-passphrase-file out");
  if (shares === undefined && needed === undefined) return undefined;
  if (!isRecovery) throw new UsageError("Cannot add shares: --shares and --threshold want --recovery");
  const counts = { shares: Number(shares), needed: Number(needed) };
  const isSound = /^\d{1,3}$/.test(shares ?? "") && /^\d{1,3}$/.test(needed ?? "");
  if (!isSound || counts.needed < 2 || counts.needed > counts.shares || counts.shares > MOST_SHARES) {
    throw new UsageError(
      "Cannot make recovery shares: wanted --shares M and --threshold N, with N from 2 to M and M up to 255",
    );
  }
  return counts;
}

async function addRecoveryKey(request: VaultRequest, surface: CommandSurface): Promise<CommandResult> {
  const { slot, recoveryKey } = await addVaultRecoveryKey(request, surface.context);
  surface.output.say(
    [
      `Key slot ${slot.id} added`,
      "",
      "Recovery key, shown this once. Keep it on paper, away from this machine:",
      "",
      `  ${surface.paint.strong(recoveryKey.reveal())}`,
    ].join("\n"),
  );
  return { exitCode: EXIT.done, summary: { slot: slot.id, recoveryKey: recoveryKey.reveal() } };
}

async function addShares(
  request: VaultRequest & { readonly counts: { readonly shares: number; readonly needed: number } },
  { output, paint, context }: CommandSurface,
): Promise<CommandResult> {
  const { facts, slot, papers } = await addVaultRecoveryShares(request, context);
  const { shares, needed } = request.counts;
  output.say(`Key slot ${slot.id} added. These shares are shown this once; put each on a paper of its own:`);
  for (const [i, paper] of papers.entries()) {
    output.say(
      [
        "",
        `Stillpoint vault ${facts.id.slice(0, 8)}: recovery share ${i + 1} of ${shares}, any ${needed} are needed`,
        "",
        `  ${paint.strong(paper.reveal())}`,
      ].join("\n"),
    );
  }
  output.say(
    "\nFewer of them say nothing of the key. Any command takes a file with enough shares, one a line.",
  );
  const summary = { slot: slot.id, shares: papers.map((paper) => paper.reveal()), needed };
  return { exitCode: EXIT.done, summary };
}
