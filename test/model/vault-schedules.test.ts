import assert from "node:assert/strict";
import { test } from "node:test";
import { ScheduleWorld } from "./schedule-world.ts";

const SEED = Number(process.env["STILLPOINT_SEED"] ?? 20261123);
const ROUNDS = Number(process.env["STILLPOINT_SCHEDULES"] ?? 12);

test(`backups, prunes and a restore in any order lose nothing that was promised (${ROUNDS} schedules from seed ${SEED})`, async () => {
  let [killed, lost] = [0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    const world = new ScheduleWorld(SEED + round);
    try {
      await world.live();
      await world.assertNothingLost();
    } catch (error) {
      throw new Error(`schedule ${SEED + round} lost something`, { cause: error });
    }
    killed += world.killed;
    lost += world.lostSessions;
  }
  if (ROUNDS >= 12) assert.ok(killed > 0 && lost > 0, `${killed} were killed, ${lost} sessions were ended`);
});
