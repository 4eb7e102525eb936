import assert from "node:assert/strict";
import { Scene, type SceneOptions } from "../../simulator/testing/index.ts";
import type { HeldMachine, HoldOptions } from "../held-machine.ts";
import { changedSession, type SessionChanges } from "./changed-session.ts";
import { MemoryJournal } from "./memory-journal.ts";
import { holdOptions, hostOf, MACHINE } from "./scene-host.ts";

const IMPATIENT = { patience: { attempts: 2, firstDelayMs: 1, longestDelayMs: 1 } } as const;

/** A simulated host that answers otherwise. */
export interface Otherwise extends SceneOptions {
  readonly changes?: SessionChanges;
  readonly wishes?: Partial<HoldOptions>;
  readonly prepare?: (scene: Scene) => Promise<unknown>;
}

/** Holds the machine of a host that answers otherwise, looks, lets go, and sees that nothing is left. */
export async function heldWhere(
  where: Otherwise,
  look: (held: HeldMachine, options: ReturnType<typeof holdOptions>) => void | Promise<void>,
): Promise<void> {
  await using scene = await Scene.open(where);
  await where.prepare?.(scene);
  const journal = new MemoryJournal();
  const options = holdOptions({ ...IMPATIENT, ...where.wishes });
  const host = await hostOf(scene, journal, changedSession(scene.session, where.changes ?? {}));
  {
    await using held = await host.hold(MACHINE, options);
    await look(held, options);
    await held.confirmUnchanged();
    assert.deepEqual((await held.release()).leftBehind, []);
  }
  assert.deepEqual([await scene.host.audit(), journal.entries], [[], []]);
}

/** A hold that fails and leaves nothing. */
export async function failsWhere(where: Otherwise, error: (found: unknown) => boolean): Promise<void> {
  await using scene = await Scene.open(where);
  const journal = new MemoryJournal();
  const host = await hostOf(scene, journal, changedSession(scene.session, where.changes ?? {}));
  await assert.rejects(host.hold(MACHINE, holdOptions({ ...IMPATIENT, ...where.wishes })), error);
  assert.deepEqual([await scene.host.audit(), journal.entries], [[], []]);
}

export function codesOf(held: HeldMachine): readonly string[] {
  return held.warnings.map(({ code }) => code);
}
