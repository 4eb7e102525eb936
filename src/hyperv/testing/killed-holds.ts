import assert from "node:assert/strict";
import type { Scene } from "../../simulator/testing/index.ts";
import type { HoldWishes } from "../hold-wishes.ts";
import { openHypervHost } from "../hyperv-host.ts";
import { KilledError } from "./failing-session.ts";
import { MemoryJournal } from "./memory-journal.ts";
import { holdOptions, hostWithPrograms, MACHINE } from "./scene-host.ts";
import { struckPorts } from "./struck-ports.ts";

type Plan = Parameters<typeof struckPorts>[1];

/** STILLPOINT_KILL_POINTS=all dies before and after every act; else after each one that changes something. */
const PLANS: readonly Omit<Plan, "at">[] =
  process.env["STILLPOINT_KILL_POINTS"] === "all"
    ? [{ when: "before" }, { when: "after" }]
    : [{ when: "after", counted: "changes" }];

export interface KilledHolds {
  readonly wishes: HoldWishes;
  /** Looks that all is as before, once the next start has cleaned up. */
  readonly confirm: (journal: MemoryJournal, when: string) => Promise<void>;
  /** Fewer deaths than these would prove nothing. */
  readonly fewest: number;
}

/** Lets one hold after the other die at its acts, with a start after each that must leave nothing. */
export async function killHolds(scene: Scene, { wishes, confirm, fewest }: KilledHolds): Promise<void> {
  for (const plan of PLANS) {
    let at = 1;
    for (; ; at++) {
      const journal = new MemoryJournal();
      const isKilled = await dies(scene, journal, { ...plan, at }, wishes);
      const when = `killed ${plan.when} act ${at}`;
      journal.die();
      const { leftBehind } = await (await hostWithPrograms(scene, journal)).cleanUp();
      assert.deepEqual(leftBehind, [], when);
      await scene.host.finishJobs(); // of the writer's own
      assert.deepEqual(await scene.host.audit(), [], when);
      assert.deepEqual(journal.entries, [], when);
      await confirm(journal, when);
      if (!isKilled) break;
    }
    assert.ok(at > fewest, `only ${at - 1} acts`);
  }
}

/** Whether it died; else it came to its end. */
async function dies(scene: Scene, journal: MemoryJournal, plan: Plan, wishes: HoldWishes): Promise<boolean> {
  const { host, clock, entropy } = scene;
  const all = { session: host.session(), files: host.files(), commands: host.commands(), journal };
  const ports = struckPorts(all, plan);
  try {
    const client = await openHypervHost({ ...ports, clock, entropy, hostKey: "sim:test" });
    const held = await client.hold(MACHINE, holdOptions(wishes));
    await held.confirmUnchanged();
    assert.deepEqual((await held.release()).leftBehind, []);
    return false;
  } catch (error) {
    if (!(error instanceof KilledError)) throw error;
    return true;
  }
}
