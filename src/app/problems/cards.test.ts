import assert from "node:assert/strict";
import { test } from "node:test";
import { COMMANDS, PARAMETERS } from "../../contract/index.ts";
import { cardText } from "./card-text.ts";
import { CARDS } from "./cards.ts";
import { EVIDENCE } from "./evidence.ts";
import { LINKS } from "./links.ts";
import { assertBothLanguages } from "./testing/assert-spoken.ts";
import { declaredErrorCodes, declaredNoticeCodes } from "./testing/declared-codes.ts";

test("`CARDS` has a card for every code of production code, sorted, and knows which are errors", () => {
  const declared = [...declaredErrorCodes(), ...declaredNoticeCodes()].sort();
  assert.deepEqual([...CARDS.keys()], declared);
  for (const code of declaredErrorCodes()) assert.equal(CARDS.get(code)?.kind, "error", code);
  assert.equal(CARDS.get("first-backup")?.kind, "note");
  assert.equal(CARDS.get("left-behind")?.kind, "warning");
});

test("`CARDS` has evidence and links for known codes only, in both languages, each with its source", () => {
  for (const code of [...Object.keys(EVIDENCE), ...Object.keys(LINKS)]) assert.ok(CARDS.has(code), code);
  for (const [code, pieces] of Object.entries(EVIDENCE)) {
    for (const { command, look, source } of pieces) {
      assertBothLanguages(code, look);
      assert.match(command, /^[\x20-\x7e]{5,}$/, code);
      for (const name of Object.values(source)) assert.ok(name.length > 8, code);
    }
  }
  for (const { address } of Object.values(LINKS).flat()) assert.ok(URL.canParse(address), address);
});

test("`CARDS` offers both ways out for a pass-through disk, with the steps, the size, the downtime and Microsoft's page", () => {
  for (const language of ["en", "de"] as const) {
    const { meaning, advice, links } = cardText(cardOf("passthrough-disk-not-covered"), language);
    assert.match(meaning, /Hyper-V (can neither back it up nor replicate it|kann sie weder sichern noch)/);
    assert.equal(advice.length, 2);
    assert.match(advice[0] as string, /(inside the guest|im Gast)/);
    assert.match(advice[1] as string, /New-VHD .*-SourceDisk/);
    assert.match(advice[1] as string, /(down while it is copied|steht, solange kopiert wird)/);
    assert.match(advice[1] as string, /(whole size of the disk|ganze Größe der Platte)/);
    // requirements.md S44: the address of the archived page, checked on 2026-11-22 against the repository that it is made from
    assert.deepEqual(
      links.map(({ address }) => address),
      [
        "https://learn.microsoft.com/en-us/virtualization/community/team-blog/2009/20090303-working-around-the-pass-through-limitations-of-the-hyper-v-vss-writer",
      ],
    );
  }
});

test("`CARDS` sends who waits for a replica to Microsoft's page on it, and advises schedule and commands", () => {
  const { advice, links } = cardText(cardOf("machine-busy"), "en");
  assert.match(advice.join(" "), /schedule its backup when its replication is likely current/);
  assert.match(advice.join(" "), /--suspend-replication .* --before and --after/);
  // S36, as above
  assert.deepEqual(
    links.map(({ address }) => address),
    [
      "https://learn.microsoft.com/en-us/virtualization/community/team-blog/2014/20140424-backup-of-a-replica-vm",
    ],
  );
});

test("`CARDS` sends nobody to a command or a flag that is not there", () => {
  const flags = new Set<string>(Object.values(PARAMETERS).map(({ flag }) => flag)).add("help");
  const commands = Object.keys(COMMANDS);
  for (const card of CARDS.values()) {
    for (const language of ["en", "de"] as const) {
      const { code, meaning, advice } = cardText(card, language);
      const text = [meaning, ...advice].join(" ");
      for (const [, flag] of text.matchAll(/(?<!\S)\(?--([a-z][a-z-]*)/g))
        assert.ok(flags.has(flag as string), `${code} names --${flag}`);
      for (const [, words] of text.matchAll(/`stillpoint ([a-z]+(?: [a-z]+)*)/g))
        assert.ok(
          commands.some((name) => `${words} `.startsWith(`${name} `)),
          `${code} names stillpoint ${words}`,
        );
    }
  }
});

function cardOf(code: string): Parameters<typeof cardText>[0] {
  const card = CARDS.get(code);
  assert.ok(card, code);
  return card;
}
