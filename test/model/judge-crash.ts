import assert from "node:assert/strict";
import type { SeededEntropy } from "../../src/base/testing/index.ts";
import { type CrashState, crashStates, type MemoryStorage } from "../../src/storage/testing/index.ts";
import { backUp, openSmallVault, someBytes } from "../../src/vault/testing/index.ts";
import { assertKept, type Promised, promisedOf } from "./promises.ts";
import type { RecordedLife } from "./recorded-lives.ts";

export interface CrashBudget {
  readonly random: SeededEntropy;
  /** How many ways are drawn where more than three calls are on their way together. */
  readonly draws: number;
  /** Which share of the states is looked at; all when 1. */
  readonly share: number;
  /** In which share of these a backup and a prune come next. */
  readonly goOn: number;
}

/** Holds states that a crash can leave against what was promised; gives how many were looked at. */
export async function judgeCrashes(life: RecordedLife, budget: CrashBudget): Promise<number> {
  const { random } = budget;
  let count = 0;
  for (const state of crashStates(life.storage, budget)) {
    if (!happens(random, budget.share)) continue;
    count++;
    const promised = promisedIn(life, state);
    const when = `(${life.name}, ${state.what})`;
    await assertSound(state.store, promised, when);
    if (happens(random, budget.goOn)) await goOn(state.store, { promised, when, random });
  }
  return count;
}

/** What stood before, and each restore point whose object is there: its put is the commit. */
function promisedIn(life: RecordedLife, state: CrashState): readonly Promised[] {
  const recorded = new Set(life.storage.calls.filter(({ kind }) => kind === "put").map(({ name }) => name));
  const done = new Set(state.calls.map(({ name }) => name));
  const isThere = (id: string): boolean => {
    const put = [...recorded].find((name) => name.startsWith("points/") && name.endsWith(id));
    return put === undefined || done.has(put);
  };
  return life.promised.filter(({ point }) => !life.removed.has(point.id) && isThere(point.id));
}

async function assertSound(store: MemoryStorage, promised: readonly Promised[], when: string): Promise<void> {
  await using vault = await openSmallVault(store);
  const report = await vault.verify({ readDataPercent: 100 });
  assert.deepEqual(report.damaged, [], when);
  await assertKept(vault, promised, when);
}

/** The next backup and the next prune find their way, and lose nothing either. */
async function goOn(
  store: MemoryStorage,
  state: { readonly promised: readonly Promised[]; readonly when: string; readonly random: SeededEntropy },
): Promise<void> {
  const { promised, when, random } = state;
  {
    await using vault = await openSmallVault(store, { seed: random.next() });
    const files = { disk: someBytes(random.next() & 0xffff, 30_000) };
    const next = promisedOf(await backUp(vault, files), files);
    await vault.prune({ moveBelow: 0.9, staleAfterMs: -Number.MAX_SAFE_INTEGER });
    await vault.prune({ moveBelow: 0.9, staleAfterMs: -Number.MAX_SAFE_INTEGER });
    await assertKept(vault, [next], when);
  }
  await assertSound(store, promised, `${when}, pruned`);
  for (const name of store.names()) {
    assert.doesNotMatch(name, /^(doomed|awaited|leases)\//, `${name} is left ${when}`);
  }
}

function happens(random: SeededEntropy, share: number): boolean {
  return share >= 1 || random.next() < share * 2 ** 32;
}
