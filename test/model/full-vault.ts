import type { RestorePointId, Secret } from "../../src/base/index.ts";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import { MemoryStorage } from "../../src/storage/testing/index.ts";
import { backUp, createSmallVault, someBytes, storeBytes } from "../../src/vault/testing/index.ts";
import { type Promised, promisedOf } from "./promises.ts";

const LONG_AGO = Temporal.Instant.from("2020-01-01T00:00:00Z");
const NEVER = Temporal.Instant.from("2300-01-01T00:00:00Z");

/** A small vault that has an object of every kind: also an open session, and notes about a removal that waits for it. */
export interface FullVault {
  readonly storage: MemoryStorage;
  readonly promised: readonly Promised[];
  /** A restore point that is in the trash. */
  readonly trashed: RestorePointId;
  /** Packs with their sidecars, and segments, that the prune deletes when the session has ended. */
  readonly doomed: ReadonlySet<string>;
  readonly recoveryKey: Secret;
}

export async function fullVault(
  seed: number,
  options: { readonly diskBytes?: number; readonly parity?: boolean } = {},
): Promise<FullVault> {
  const { diskBytes = 9000 } = options;
  const random = new SeededEntropy(seed);
  const storage = new MemoryStorage();
  const { vault, recoveryKey } = await createSmallVault(storage, {
    seed: random.next(),
    ...(options.parity === true && { parity: true }),
  });
  await using _ = vault;
  const promised: Promised[] = [];
  const disk = someBytes(seed, diskBytes);
  for (let i = 0; i < 4; i++) {
    disk.set(random.bytes(2500), random.below(disk.length - 2500));
    const files = { disk: disk.slice(), config: random.bytes(40) };
    promised.push(promisedOf(await backUp(vault, files), files));
  }
  const [gone, trashed, ...staying] = promised.map(({ point }) => point.id);
  await vault.trash(gone as RestorePointId, { until: LONG_AGO });
  await vault.trash(trashed as RestorePointId, { until: NEVER });
  const session = await vault.openSession();
  await storeBytes(session, "not committed", random.bytes(3000));
  const { waitingFor } = await vault.prune({ moveBelow: 1 });
  if (waitingFor.length !== 1 || staying.length !== 2) throw new Error("a prune was to wait for the session");
  const full = storage.clone(); // before the session ends
  await session[Symbol.asyncDispose]();
  await vault.prune({ moveBelow: 0 });
  const doomed = new Set(full.names().filter((name) => !storage.names().includes(name)));
  return {
    storage: full,
    promised: promised.slice(2),
    trashed: trashed as RestorePointId,
    doomed: new Set([...doomed].filter((name) => /^(packs|index|parity)\//.test(name))),
    recoveryKey,
  };
}
