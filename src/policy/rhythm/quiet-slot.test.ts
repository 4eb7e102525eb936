import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { halfHourOf } from "./half-hour.ts";
import { quietSlot } from "./quiet-slot.ts";
import type { Sighting } from "./sighting.ts";

/** Sightings of one time of day, `HH:MM` in UTC, on so many days from 2026-05-01: `f` free, `b` blocked, `h` held, `.` not seen. */
function seenAt(time: string, days: string): readonly Sighting[] {
  return days.split("").flatMap((letter, day) => {
    if (letter === ".") return [];
    const moment = Temporal.PlainDate.from("2026-05-01").add({ days: day }).toZonedDateTime({
      timeZone: "UTC",
      plainTime: time,
    });
    const halfHour = halfHourOf(moment.toInstant());
    return [{ halfHour, blocked: letter === "b", held: letter === "h" }];
  });
}

const seen = (times: Readonly<Record<string, string>>): readonly Sighting[] =>
  Object.entries(times).flatMap(([time, days]) => seenAt(time, days));

describe("quietSlot()", () => {
  test("proposes the longest time of day that was seen free and never blocked", () => {
    const sightings = seen({
      "01:30": "bbb",
      "02:00": "fff",
      "02:30": "hff",
      "03:00": "ffff",
      "03:30": "ffb",
      "12:00": "fffff",
    });
    const slot = { kind: "slot", fromMinute: 120, minutes: 90, observations: 10, blocked: 0, held: 1 };
    assert.deepEqual(quietSlot(sightings), slot);
  });

  test("finds a slot that goes past midnight", () => {
    const slot = quietSlot(seen({ "23:30": "fff", "00:00": "fff", "00:30": "fff", "01:00": "bbb" }));
    assert.deepEqual(slot, {
      kind: "slot",
      fromMinute: 23 * 60 + 30,
      minutes: 90,
      observations: 9,
      blocked: 0,
      held: 0,
    });
  });

  test("takes what was blocked least often, for how often it was seen, where nothing is always free", () => {
    const slot = quietSlot(seen({ "02:00": "bff", "02:30": "bbffff", "03:00": "bfffff", "03:30": "bb.f" }));
    assert.deepEqual(slot, {
      kind: "slot",
      fromMinute: 180,
      minutes: 30,
      observations: 6,
      blocked: 1,
      held: 0,
    });
  });

  test("of slots of one length takes the one that was seen most, then the earliest", () => {
    const times = { "05:00": "fff", "07:00": "ffff", "09:00": "ffff", "11:00": "b" };
    const slot = quietSlot(seen(times));
    assert.deepEqual([slot.kind, "fromMinute" in slot && slot.fromMinute], ["slot", 7 * 60]);
  });

  test("says that not enough was seen where no half hour of the day was seen on three days", () => {
    assert.deepEqual(quietSlot([]), { kind: "not-enough", observations: 0 });
    const twice = seen({ "02:00": "ff", "02:30": "ff", "03:00": "bb" });
    assert.deepEqual(quietSlot(twice), { kind: "not-enough", observations: 6 });
  });

  test("says that not enough was seen where only what was seen too seldom was free", () => {
    assert.deepEqual(quietSlot(seen({ "02:00": "bbb", "02:30": "ff" })), {
      kind: "not-enough",
      observations: 5,
    });
  });

  test("proposes nothing where nothing was ever blocked, or all of it", () => {
    assert.deepEqual(quietSlot(seen({ "02:00": "fff", "09:00": "f" })), {
      kind: "never-blocked",
      observations: 4,
    });
    assert.deepEqual(quietSlot(seen({ "02:00": "bbb", "09:00": "b" })), {
      kind: "never-free",
      observations: 4,
    });
  });

  test("proposes the whole day where it is blocked as seldom at any time", () => {
    const first = halfHourOf(Temporal.Instant.from("2026-05-01T00:00Z"));
    const sightings = Array.from({ length: 4 * 48 }, (_, i) => ({
      halfHour: first + i,
      blocked: i < 48,
      held: false,
    }));
    assert.deepEqual(quietSlot(sightings), {
      kind: "slot",
      fromMinute: 0,
      minutes: 1440,
      observations: 192,
      blocked: 48,
      held: 0,
    });
  });
});

/** By trying every slot that there is; written from the sentence above `quietSlot()`, sharing nothing with it. */
function byTryingAll(sightings: readonly Sighting[]): unknown {
  const at = (halfHour: number): readonly Sighting[] =>
    sightings.filter((one) => (one.halfHour + 48_000) % 48 === halfHour % 48);
  const share = (halfHour: number): number | undefined => {
    const days = at(halfHour);
    return days.length < 3 ? undefined : days.filter(({ blocked }) => blocked).length / days.length;
  };
  const shares = Array.from({ length: 48 }, (_, i) => share(i)).filter((one) => one !== undefined);
  const observations = sightings.length;
  if (shares.length === 0) return { kind: "not-enough", observations };
  if (!sightings.some(({ blocked }) => blocked)) return { kind: "never-blocked", observations };
  if (!sightings.some(({ blocked }) => !blocked)) return { kind: "never-free", observations };
  const least = Math.min(...shares);
  if (least === 1) return { kind: "not-enough", observations };
  for (let length = 48; length > 0; length--) {
    const fits: { readonly first: number; readonly inside: readonly Sighting[] }[] = [];
    for (let first = 0; first < 48; first++) {
      const hours = Array.from({ length }, (_, i) => first + i);
      if (hours.every((one) => share(one) === least)) fits.push({ first, inside: hours.flatMap(at) });
    }
    const most = Math.max(...fits.map(({ inside }) => inside.length));
    const best = fits.find(({ inside }) => inside.length === most);
    if (best === undefined) continue;
    return {
      kind: "slot",
      fromMinute: best.first * 30,
      minutes: length * 30,
      observations: best.inside.length,
      blocked: best.inside.filter(({ blocked }) => blocked).length,
      held: best.inside.filter(({ held }) => held).length,
    };
  }
  throw new Error("no slot fits, though one has the least share");
}

/** Five days of sightings, dense enough for runs; all that is random comes from the seed that fast-check prints. */
const someSightings = fc
  .tuple(
    fc.array(fc.constantFrom("free", "blocked", "held", "unseen"), { minLength: 240, maxLength: 240 }),
    fc.array(fc.boolean(), { minLength: 48, maxLength: 48 }),
    fc.integer({ min: -10_000, max: 1_000_000 }),
  )
  .map(([letters, noisy, start]) =>
    letters.flatMap((letter, i) => {
      const word = noisy[i % 48] === true ? letter : "free";
      return word === "unseen"
        ? []
        : [{ halfHour: start + i, blocked: word === "blocked", held: word === "held" }];
    }),
  );

test("`quietSlot()` gives what trying every slot gives", () => {
  fc.assert(
    fc.property(someSightings, (sightings) => {
      assert.deepEqual(quietSlot(sightings), byTryingAll(sightings));
    }),
    { numRuns: 60 },
  );
});

test("`quietSlot()` does not mind the order of what was seen, or the day on which it begins", () => {
  fc.assert(
    fc.property(someSightings, fc.integer({ min: -50, max: 50 }), (sightings, days) => {
      const moved = sightings.map((one) => ({ ...one, halfHour: one.halfHour + days * 48 }));
      assert.deepEqual(quietSlot(moved.toReversed()), quietSlot(sightings));
    }),
    { numRuns: 60 },
  );
});
