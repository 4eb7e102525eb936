import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ScheduleWorld } from "./schedule-world.ts";

const SEED = Number(process.env["STILLPOINT_SEED"] ?? 20261123);
const ROUNDS = Number(process.env["STILLPOINT_SCHEDULES"] ?? 12);
const LOCAL_ROUNDS = Math.ceil(ROUNDS / 4);
const INDEX = process.env["STILLPOINT_TEST_INDEX"];

after(() => {
  if (INDEX === undefined) delete process.env["STILLPOINT_TEST_INDEX"];
});

async function live(
  rounds: number,
  seed: number,
): Promise<{ readonly killed: number; readonly lost: number }> {
  let [killed, lost] = [0, 0];
  for (let round = 0; round < rounds; round++) {
    const world = new ScheduleWorld(seed + round);
    try {
      await world.live();
      await world.assertNothingLost();
    } catch (error) {
      throw new Error(`schedule ${seed + round} lost something`, { cause: error });
    }
    killed += world.killed;
    lost += world.lostSessions;
  }
  return { killed, lost };
}

test(`backups, prunes and a restore in any order lose nothing that was promised (${ROUNDS} schedules from seed ${SEED})`, async () => {
  const { killed, lost } = await live(ROUNDS, SEED);
  if (ROUNDS >= 12) assert.ok(killed > 0 && lost > 0, `${killed} were killed, ${lost} sessions were ended`);
});

test(`they lose nothing either where no index has room in memory, and all share a folder of runs (${LOCAL_ROUNDS} schedules from seed ${SEED + 500})`, async () => {
  process.env["STILLPOINT_TEST_INDEX"] = "local";
  await live(LOCAL_ROUNDS, SEED + 500);
});
