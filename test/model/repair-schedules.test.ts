import assert from "node:assert/strict";
import { test } from "node:test";
import { RepairWorld } from "./repair-world.ts";

const SEED = Number(process.env["STILLPOINT_SEED"] ?? 20261124);
const ROUNDS = Number(process.env["STILLPOINT_SCHEDULES"] ?? 4);

test(`repairs beside a backup, a prune and a verify lose nothing that can be read (${ROUNDS} schedules from seed ${SEED})`, async () => {
  let [damaged, killed] = [0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    const world = new RepairWorld(SEED + round);
    try {
      await world.live();
      await world.assertHealed();
    } catch (error) {
      throw new Error(`schedule ${SEED + round} lost something`, { cause: error });
    }
    damaged += world.damaged;
    killed += world.killed;
  }
  if (ROUNDS >= 10) assert.ok(damaged >= 30 && killed > 0, `${damaged} objects damaged, ${killed} killed`);
});
