import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "../../base/index.ts";
import { MemoryStorage } from "../../storage/testing/index.ts";
import {
  RecoveryShareDuplicateError,
  RecoveryShareForeignError,
  RecoveryShareSlipError,
  RecoverySharesMixedError,
  RecoverySharesTooFewError,
  type Vault,
  VaultPassphraseWrongError,
} from "../index.ts";
import { createSmallVault, openSmallVault } from "../testing/index.ts";
import { formatRecoveryShare, parseRecoveryShare, type RecoveryShare } from "./recovery-share.ts";

const share: RecoveryShare = {
  vault: Uint8Array.of(0, 0x11, 0x22, 0x33),
  set: Uint8Array.of(0xab, 0xcd),
  number: 2,
  needed: 3,
  shares: 5,
  part: Uint8Array.from({ length: 20 }, (_, i) => i),
};
/** By Python's own integers and hashlib. */
const TEXT = "040128-HKNF6G-40R500-0G40R4-0M30E2-09185G-R38E1W-8124GK-GB0SC3";

async function opens(storage: MemoryStorage, ...lines: readonly string[]): Promise<void> {
  await using _ = await openSmallVault(storage, { passphrase: new Secret(lines.join("\n")) });
}

const papersOf = async (vault: Vault, shares: number, needed: number): Promise<readonly string[]> =>
  (await vault.addRecoveryShares({ shares, needed })).papers.map((paper) => paper.reveal());

test("`formatRecoveryShare()` writes what Python makes of the same bytes, and `parseRecoveryShare()` reads it", () => {
  assert.equal(formatRecoveryShare(share), TEXT);
  for (const text of [TEXT, TEXT.toLowerCase().replaceAll("-", " "), TEXT.replaceAll("0", "o")])
    assert.deepEqual(parseRecoveryShare(text), share);
});

test("`parseRecoveryShare()` finds every slip of one character and every swap of neighbours", () => {
  for (let at = 0; at < TEXT.length; at++) {
    if (TEXT[at] === "-") continue;
    const slipped = `${TEXT.slice(0, at)}${TEXT[at] === "7" ? "8" : "7"}${TEXT.slice(at + 1)}`;
    assert.equal(parseRecoveryShare(slipped), "slip", slipped);
    const swapped = `${TEXT.slice(0, at)}${TEXT[at + 1] ?? ""}${TEXT[at]}${TEXT.slice(at + 2)}`;
    if (TEXT[at + 1] !== TEXT[at] && TEXT[at + 1] !== "-" && at + 1 < TEXT.length)
      assert.equal(parseRecoveryShare(swapped), "slip", swapped);
  }
  assert.equal(parseRecoveryShare("correct horse battery staple"), undefined);
  assert.equal(parseRecoveryShare(formatRecoveryShare({ ...share, needed: 6 })), "slip");
});

test("any three of five papers open a vault, in any order and among other lines", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const papers = await papersOf(vault, 5, 3);
  assert.equal(papers.length, 5);
  const [a, b, c, d, e] = papers as [string, string, string, string, string];
  await opens(storage, a, b, c);
  await opens(storage, "Stillpoint recovery", "", e, "kept by the notary", d.toLowerCase(), `  ${b}\r`, "");
  await opens(storage, a, b, c, d, e);
  assert.deepEqual((await vault.keySlots()).map(({ kind }) => kind).sort(), [
    "passphrase",
    "recovery",
    "recovery",
  ]);
});

test("too few, mistyped, mixed, doubled and foreign papers are told apart", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const [a, b, c] = (await papersOf(vault, 5, 3)) as [string, string, string];
  const [other] = (await papersOf(vault, 5, 3)) as [string];
  await assert.rejects(opens(storage, a, b), RecoverySharesTooFewError);
  await assert.rejects(opens(storage, a), RecoverySharesTooFewError);
  await assert.rejects(opens(storage, a, b, other), RecoverySharesMixedError);
  await assert.rejects(opens(storage, a, b, a), RecoveryShareDuplicateError);
  const slipped = `${c.slice(0, -1)}${c.endsWith("7") ? "8" : "7"}`;
  await assert.rejects(opens(storage, a, "", slipped, b), (error: unknown) => {
    assert.ok(error instanceof RecoveryShareSlipError);
    assert.equal(error.line, 3);
    return true;
  });
  await assert.rejects(opens(storage, slipped), VaultPassphraseWrongError);
  const elsewhere = new MemoryStorage();
  await using stranger = (await createSmallVault(elsewhere, { seed: 9 })).vault;
  await assert.rejects(opens(elsewhere, a, b, c), RecoveryShareForeignError);
  assert.notEqual(stranger.facts.id, vault.facts.id);
});

test("papers whose slot was removed open nothing", async () => {
  const storage = new MemoryStorage();
  await using vault = (await createSmallVault(storage)).vault;
  const { slot, papers } = await vault.addRecoveryShares({ shares: 2, needed: 2 });
  const lines = papers.map((paper) => paper.reveal());
  await opens(storage, ...lines);
  await vault.removeSlot(slot.id);
  await assert.rejects(opens(storage, ...lines), VaultPassphraseWrongError);
});
