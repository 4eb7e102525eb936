import assert from "node:assert/strict";
import { test } from "node:test";
import { COMMANDS, exitCodesOf } from "./index.ts";

test("`exitCodesOf()` speaks of machines and hosts only where a command has any, and of what is held only where something is", () => {
  const backup = new Map(exitCodesOf(COMMANDS.backup));
  assert.deepEqual([...backup.keys()], [0, 1, 2, 3, 4, 130]);
  assert.match(backup.get(1) ?? "", /every machine failed/);
  assert.match(backup.get(130) ?? "", /what was held was released/);
  const forecast = new Map(exitCodesOf(COMMANDS.forecast));
  assert.equal(forecast.get(1), "failed; also: an unknown machine, a refused host");
  const restore = new Map(exitCodesOf(COMMANDS.restore));
  assert.equal(restore.get(1), "failed; also: every restore point failed");
  assert.match(restore.get(3) ?? "", /^some of the restore points asked for failed/);
  assert.match(restore.get(130) ?? "", /^interrupted; files that were whole/);
  const prune = new Map(exitCodesOf(COMMANDS.prune));
  assert.deepEqual([prune.get(1), prune.get(130)], ["failed", "interrupted"]);
  assert.deepEqual([...new Map(exitCodesOf(COMMANDS.explain)).keys()], [0, 1, 2]);
});

test("`exitCodesOf()` has a meaning for every exit code of every command", () => {
  for (const contract of Object.values(COMMANDS))
    for (const [code, meaning] of exitCodesOf(contract))
      assert.notEqual(meaning, "", `${contract.name} ${code}`);
});
