import assert from "node:assert/strict";
import type { SeededEntropy } from "../../src/base/testing/index.ts";
import { type CrashState, crashStates, type MemoryStorage } from "../../src/storage/testing/index.ts";
import { scrubVault, type Vault, VaultPassphraseWrongError } from "../../src/vault/index.ts";
import { backUp, openSmallVault, someBytes, TEST_PASSPHRASE } from "../../src/vault/testing/index.ts";
import { heal } from "./heal.ts";
import type { RecordedLife } from "./prepared-vault.ts";
import { assertKept, type Promised, promisedOf } from "./promises.ts";

export interface CrashBudget {
  readonly random: SeededEntropy;
  /** How many ways are drawn where more than three calls are on their way together. */
  readonly draws: number;
  /** Which share of the states is looked at; all when 1. */
  readonly share: number;
  /** In which share of these a backup and a prune come next. */
  readonly goOn: number;
}

interface Judged {
  readonly life: RecordedLife;
  readonly promised: readonly Promised[];
  readonly when: string;
  readonly random: SeededEntropy;
}

/** Holds states that a crash can leave against what was promised; gives how many were looked at. */
export async function judgeCrashes(life: RecordedLife, budget: CrashBudget): Promise<number> {
  const { random } = budget;
  let count = 0;
  for (const state of crashStates(life.storage, budget)) {
    if (!happens(random, budget.share)) continue;
    count++;
    const when = `(${life.name}, ${state.what})`;
    const judged = { life, promised: promisedIn(life, state), when, random };
    if (life.isDamaged) await assertHeals(state.store, judged);
    await assertSound(state.store, judged);
    if (happens(random, budget.goOn)) await goOn(state.store, judged);
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

async function assertHeals(store: MemoryStorage, { promised, when, random }: Judged): Promise<void> {
  const lost = new Set((await heal(store, { seed: random.next() })).map(({ id }) => id));
  for (const { point } of promised) assert.ok(!lost.has(point.id), `${point.id} is lost ${when}`);
}

/** Nothing is damaged, to whoever has the key and to whoever has none; no restore point is missed; and all come back. */
async function assertSound(store: MemoryStorage, { life, promised, when }: Judged): Promise<void> {
  await using vault = await openAny(store, life);
  const report = await vault.verify({ readDataPercent: 100 });
  assert.deepEqual(report.damaged, [], when);
  assert.deepEqual((await scrubVault({ storage: store })).damaged, [], when);
  assert.deepEqual((await vault.checkReceipts()).missing, [], when);
  await assertKept(vault, promised, when);
}

/** The next backup and the next prune find their way, and lose nothing either. */
async function goOn(store: MemoryStorage, judged: Judged): Promise<void> {
  const { life, when, random } = judged;
  {
    await using vault = await openAny(store, life, random.next());
    const files = { disk: someBytes(random.next() & 0xffff, 30_000) };
    const next = promisedOf(await backUp(vault, files), files);
    await vault.prune({ moveBelow: 0.9, staleAfterMs: -Number.MAX_SAFE_INTEGER });
    await vault.prune({ moveBelow: 0.9, staleAfterMs: -Number.MAX_SAFE_INTEGER });
    await assertKept(vault, [next], when);
  }
  await assertSound(store, { ...judged, when: `${when}, pruned` });
  for (const name of store.names()) {
    assert.doesNotMatch(name, /^(doomed|awaited|leases)\//, `${name} is left ${when}`);
  }
}

/** By the first of its secrets that opens it. */
async function openAny(store: MemoryStorage, { secrets }: RecordedLife, seed?: number): Promise<Vault> {
  const [passphrase = TEST_PASSPHRASE, ...others] = secrets;
  const options = seed === undefined ? { passphrase } : { passphrase, seed };
  try {
    return await openSmallVault(store, options);
  } catch (error) {
    const [next] = others;
    if (next === undefined || !(error instanceof VaultPassphraseWrongError)) throw error;
    return await openSmallVault(store, { ...options, passphrase: next });
  }
}

function happens(random: SeededEntropy, share: number): boolean {
  return share >= 1 || random.next() < share * 2 ** 32;
}
