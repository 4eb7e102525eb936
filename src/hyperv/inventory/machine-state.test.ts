import assert from "node:assert/strict";
import { test } from "node:test";
import { readState } from "./machine-state.ts";

const read = (
  enabledState: number | undefined,
  operationalStatus: readonly number[] = [2],
  healthState = 5,
) => readState({ enabledState, operationalStatus, healthState });

test("`readState()` reads the power states of both namespaces", () => {
  const words = [
    [2, "running"],
    [3, "off"],
    [4, "stopping"],
    [6, "saved"],
    [9, "paused"],
    [10, "starting"],
    [32_768, "paused"],
    [32_769, "saved"],
    [32_770, "starting"],
    [32_773, "saving"],
    [32_774, "stopping"],
    [32_776, "pausing"],
    [32_777, "resuming"],
    [32_779, "saved"],
  ] as const;
  for (const [word, power] of words) assert.equal(read(word).power, power, String(word));
});

test("`readState()` reads what goes on from the second status word", () => {
  const words = [
    [32_768, "checkpointing"],
    [32_770, "merging"],
    [32_771, "starting"],
    [32_772, "merging"],
    [32_773, "exporting"],
    [32_774, "migrating"],
  ] as const;
  for (const [word, activity] of words) assert.equal(read(2, [11, word]).activity, activity);
  assert.equal(read(2, [32_772]).activity, undefined);
  assert.equal(read(2, [2, 12_345]).activity, undefined);
});

test("`readState()` sees critical machines by their health and by their state", () => {
  assert.equal(read(2).healthCritical, false);
  assert.equal(read(2, [2], 25).healthCritical, true);
  const paused = read(32_785);
  assert.deepEqual([paused.power, paused.healthCritical], ["paused", true]);
});

test("`readState()` calls a word that it does not know unknown, and says it", () => {
  assert.deepEqual(read(77), {
    power: "unknown",
    activity: undefined,
    healthCritical: false,
    puzzle: "its EnabledState is 77",
  });
  assert.equal(read(undefined).puzzle, "its EnabledState is absent");
});
