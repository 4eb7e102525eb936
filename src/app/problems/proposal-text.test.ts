import assert from "node:assert/strict";
import { test } from "node:test";
import { guid } from "../../base/index.ts";
import { MachineBusyError, MachineUnreadableError } from "../../hyperv/index.ts";
import { describeError } from "./describe-error.ts";
import { proposalText } from "./proposal-text.ts";

const SLOT = {
  kind: "slot",
  fromMinute: 120,
  minutes: 150,
  observations: 14,
  blocked: 0,
  held: 2,
} as const;

test("`proposalText()` says the slot, its zone and what it rests on, in both languages, and promises nothing", () => {
  assert.deepEqual(proposalText(SLOT, "en"), {
    kind: "slot",
    from: "02:00",
    to: "04:30",
    observations: 14,
    blocked: 0,
    held: 2,
    text: "Its replication was free most often between 02:00 and 04:30 UTC: 14 observations, 2 of them backups, blocked in none. That is what was seen, not a promise",
  });
  const { text } = proposalText({ ...SLOT, blocked: 3 }, "de");
  assert.match(
    text,
    /zwischen 02:00 und 04:30 UTC frei: 14 Beobachtungen, davon 2 Sicherungen, in 3 blockiert/,
  );
  assert.match(text, /kein Versprechen$/);
});

test("`proposalText()` counts as people do", () => {
  const text = (held: number, language: "en" | "de"): string =>
    proposalText({ ...SLOT, held }, language).text;
  assert.match(text(0, "en"), /, none of them a backup,/);
  assert.match(text(1, "en"), /, 1 of them a backup,/);
  assert.match(text(0, "de"), /, davon keine Sicherung,/);
  assert.match(text(1, "de"), /, davon 1 Sicherung,/);
  const once = { kind: "not-enough", observations: 1 } as const;
  assert.match(proposalText(once, "en").text, /\(1 observation\)/);
  assert.match(proposalText(once, "de").text, /\(1 Beobachtung\)/);
});

test("`proposalText()` writes a slot around midnight, and a whole day", () => {
  const times = (fromMinute: number, minutes: number): unknown => {
    const { from, to } = proposalText({ ...SLOT, fromMinute, minutes }, "en");
    return [from, to];
  };
  assert.deepEqual(times(23 * 60 + 30, 90), ["23:30", "01:00"]);
  assert.deepEqual(times(22 * 60, 120), ["22:00", "00:00"]);
  assert.deepEqual(times(0, 1440), ["00:00", "24:00"]);
});

test("`proposalText()` says what it does not know", () => {
  const text = (kind: "not-enough" | "never-free" | "never-blocked", language: "en" | "de"): string =>
    proposalText({ kind, observations: 7 }, language).text;
  assert.match(text("not-enough", "en"), /is not known: not enough was seen \(7 observations\)/);
  assert.match(
    text("not-enough", "de"),
    /ist nicht bekannt: Es wurde nicht genug gesehen \(7 Beobachtungen\)/,
  );
  assert.match(text("never-free", "en"), /never seen free, in 7 observations/);
  assert.match(text("never-free", "de"), /in 7 Beobachtungen nie frei gesehen/);
  assert.match(text("never-blocked", "en"), /never seen blocked, in 7 observations/);
  assert.match(text("never-blocked", "de"), /in 7 Beobachtungen nie blockiert/);
});

test("`describeError()` tells the proposal where waiting for a machine failed, and nowhere else", () => {
  const machine = { id: guid("7b1f0d6e-3c50-4b0c-9c67-0f5e1d2a3b01"), name: "web01" };
  const facts = { machine, attempts: 5, blocking: "its replication" };
  const busy = new MachineBusyError("Cannot back up", facts);
  assert.match(
    describeError(busy, { language: "de", proposal: SLOT }).proposal?.text ?? "",
    /^Ihre Replikation/,
  );
  assert.equal(describeError(busy, { language: "en" }).proposal, undefined);
  const other = new MachineUnreadableError("Cannot back up", { machine });
  assert.equal(describeError(other, { language: "en", proposal: SLOT }).proposal, undefined);
});
