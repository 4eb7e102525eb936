import assert from "node:assert/strict";
import type { Scene } from "../../simulator/testing/index.ts";
import type { HoldWishes } from "../hold-wishes.ts";
import { type FailingPlan, FailingSession } from "./failing-session.ts";
import { MemoryJournal } from "./memory-journal.ts";
import { holdOptions, hostOf, MACHINE } from "./scene-host.ts";

export interface Run {
  readonly session: FailingSession;
  /** Undefined where the run came to its end. */
  readonly error: unknown;
  readonly leftBehind: readonly string[];
}

/** One run that may be struck down. */
export async function run(
  scene: Scene,
  journal: MemoryJournal,
  plan: FailingPlan & { readonly wishes?: HoldWishes },
): Promise<Run> {
  const session = new FailingSession(scene.host.session(), plan);
  try {
    const host = await hostOf(scene, journal, session);
    const held = await host.hold(MACHINE, holdOptions(plan.wishes));
    await held.confirmUnchanged();
    const { leftBehind } = await held.release();
    return { session, error: undefined, leftBehind };
  } catch (error) {
    return { session, error, leftBehind: [] };
  }
}

/**
 * Numbers of the calls at which a run is worth being struck down: all of them but queries that follow a query while the
 * journal has not changed, before which everything is as it was before the other.
 */
export async function tellingCalls(scene: Scene, wishes: HoldWishes = {}): Promise<readonly number[]> {
  const journal = new MemoryJournal();
  const made: { readonly kind: "query" | "other"; readonly acts: number }[] = [];
  const onCall = (kind: "query" | "other"): void => {
    made.push({ kind, acts: journal.acts.length });
  };
  const { error } = await run(scene, journal, { at: 0, when: "before", error: "kill", onCall, wishes });
  assert.equal(error, undefined);
  assert.ok(made.length > 40, `only ${made.length} calls were made`);
  const telling = made.flatMap(({ kind, acts }, i) => {
    const last = made[i - 1];
    return kind === "query" && last?.kind === "query" && last.acts === acts ? [] : [i + 1];
  });
  assert.ok(telling.length >= 15, `only ${telling.length} calls are struck down`);
  return telling;
}
