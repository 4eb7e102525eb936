import type { Secret } from "../../base/index.ts";
import { VaultPassphraseWeakError } from "../errors.ts";

/** What guessing must take at least, in bits: with Argon2id's default cost, more than a thousand machines try in years. */
export const STRONG_ENOUGH_BITS = 40;

/** Words that people begin with; what contains one is worth as little as the word. */
const FAVOURITES = [
  "password",
  "passwort",
  "geheim",
  "secret",
  "welcome",
  "willkommen",
  "admin",
  "administrator",
  "letmein",
  "qwertz",
  "qwerty",
  "hyperv",
  "server",
  "master",
  "dragon",
  "monkey",
  "football",
  "summer",
  "sommer",
  "winter",
  "iloveyou",
  "changeme",
  "default",
  "company",
];
const LEAST_WORD_BITS = 11;
const LETTER_BITS = 2.8;
const RUN = /(.)\1{2,}/gu;
const SEQUENCES = [
  "0123456789",
  "abcdefghijklmnopqrstuvwxyz",
  "qwertyuiop",
  "asdfghjkl",
  "zxcvbnm",
  "qwertzuiop",
];

/**
 * A careful guess at how many tries a passphrase takes, in bits: favourite words, runs and sequences count as one
 * thing each, words by their length, everything else by the characters' classes.
 */
export function estimateBits(passphrase: string): number {
  let rest = passphrase.normalize("NFC");
  let bits = 0;
  const take = (pattern: RegExp, worth: (found: string) => number): void => {
    const seen = new Set<string>();
    rest = rest.replace(pattern, (found) => {
      if (!seen.has(found.toLowerCase())) bits += worth(found);
      seen.add(found.toLowerCase());
      return "\u0000";
    });
  };
  take(new RegExp(FAVOURITES.join("|"), "giu"), () => 7);
  take(RUN, () => 6);
  take(new RegExp(SEQUENCES.flatMap(piecesOf).join("|"), "giu"), () => 6);
  take(/\p{L}{3,}/gu, (word) => Math.max(LEAST_WORD_BITS, LETTER_BITS * word.length));
  const left = Array.from(rest.replaceAll("\u0000", "").replaceAll(" ", ""));
  const others = new Set(left);
  return Math.round(bits + Math.min(left.length, 2 * others.size) * Math.log2(alphabetOf(others)));
}

/** Every run of four and more in a row would be long; those of four are enough to find them. */
function piecesOf(sequence: string): readonly string[] {
  const reversed = Array.from(sequence).toReversed().join("");
  return [sequence, reversed].flatMap((row) =>
    Array.from({ length: row.length - 3 }, (_, i) => row.slice(i, i + 4)),
  );
}

function alphabetOf(characters: ReadonlySet<string>): number {
  const all = [...characters].join("");
  const classes = [
    [/\p{Ll}/u, 26],
    [/\p{Lu}/u, 26],
    [/\p{N}/u, 10],
    [/[^\p{L}\p{N}]/u, 24],
  ] as const;
  return Math.max(
    2,
    classes.reduce((sum, [pattern, size]) => sum + (pattern.test(all) ? size : 0), 0),
  );
}

/** @throws {VaultPassphraseWeakError} */
export function assertStrong(passphrase: Secret): void {
  const bits = estimateBits(passphrase.reveal());
  if (bits >= STRONG_ENOUGH_BITS) return;
  throw new VaultPassphraseWeakError(
    `Cannot use this passphrase: guessing it takes about 2^${bits} tries, 2^${STRONG_ENOUGH_BITS} are wanted`,
    bits,
  );
}
