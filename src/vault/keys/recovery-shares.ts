import { type Entropy, type Guid, Secret } from "../../base/index.ts";
import { vaultBytesOf } from "../crypto/vault-keys.ts";
import {
  RecoveryShareDuplicateError,
  RecoveryShareForeignError,
  RecoveryShareSlipError,
  RecoverySharesMixedError,
  RecoverySharesTooFewError,
} from "./errors.ts";
import { formatRecoveryKey, RECOVERY_KEY_BYTES } from "./recovery-key.ts";
import { formatRecoveryShare, parseRecoveryShare, type RecoveryShare } from "./recovery-share.ts";
import { joinSecret, splitSecret } from "./split-secret.ts";

/** How many papers there are, and how many of them open the vault. */
export interface ShareCounts {
  readonly shares: number;
  readonly needed: number;
}

/** A new recovery key and the papers that it is split into: the key itself is shown to nobody. */
export function newRecoveryShares(
  counts: ShareCounts,
  by: { readonly vault: Guid; readonly entropy: Entropy },
): { readonly recoveryKey: Secret; readonly papers: readonly Secret[] } {
  const key = by.entropy.bytes(RECOVERY_KEY_BYTES);
  const [vault, set] = [vaultBytesOf(by.vault).slice(0, 4), by.entropy.bytes(2)];
  const papers = splitSecret(key, { ...counts, entropy: by.entropy }).map(
    ({ at, bytes }) => new Secret(formatRecoveryShare({ vault, set, number: at, ...counts, part: bytes })),
  );
  return { recoveryKey: new Secret(formatRecoveryKey(key)), papers };
}

/**
 * The recovery key that a text of shares gives, one a line, among other lines of any kind; the secret itself when the text has
 * no share. @throws {RecoveryShareSlipError} @throws {RecoveryShareForeignError} @throws {RecoverySharesMixedError}
 * @throws {RecoveryShareDuplicateError} @throws {RecoverySharesTooFewError}
 */
export function secretFromShares(secret: Secret, vault: Guid): Secret {
  const shares = sharesIn(secret.reveal());
  const [first] = shares;
  if (first === undefined) return secret;
  const id = vaultBytesOf(vault).subarray(0, 4);
  const foreign = shares.find((share) => Buffer.compare(share.vault, id) !== 0);
  if (foreign !== undefined) throw new RecoveryShareForeignError(foreign.number);
  for (const share of shares) if (!isOfOneSplit(share, first)) throw new RecoverySharesMixedError();
  const numbers = new Set<number>();
  for (const { number } of shares) {
    if (numbers.has(number)) throw new RecoveryShareDuplicateError(number);
    numbers.add(number);
  }
  if (shares.length < first.needed) throw new RecoverySharesTooFewError(shares.length, first.needed);
  const parts = shares.slice(0, first.needed).map(({ number, part }) => ({ at: number, bytes: part }));
  return new Secret(formatRecoveryKey(joinSecret(parts)));
}

function sharesIn(text: string): readonly RecoveryShare[] {
  const lines = text.split(/\r?\n/).map((line) => parseRecoveryShare(line));
  const found = lines.filter((line) => line !== undefined);
  // one line alone that only has the length of a share is a passphrase of somebody
  if (found.every((line) => line === "slip") && lines.length === 1) return [];
  return lines.flatMap((line, i) => {
    if (line === "slip") throw new RecoveryShareSlipError(i + 1);
    return line ?? [];
  });
}

function isOfOneSplit(share: RecoveryShare, other: RecoveryShare): boolean {
  return (
    Buffer.compare(share.set, other.set) === 0 &&
    share.needed === other.needed &&
    share.shares === other.shares
  );
}
