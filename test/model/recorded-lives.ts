import { copyPoints } from "../../src/backup/index.ts";
import { noEvents, Secret } from "../../src/base/index.ts";
import { FakeClock, SeededEntropy } from "../../src/base/testing/index.ts";
import { MemoryStorage } from "../../src/storage/testing/index.ts";
import { openWriteOnlyVault } from "../../src/vault/index.ts";
import {
  backUp,
  CHEAP_KDF,
  createSmallVault,
  draftOf,
  indexOfTests,
  storeBytes,
  TEST_PASSPHRASE,
} from "../../src/vault/testing/index.ts";
import { damageHarmlessly } from "./harmless-damage.ts";
import { PreparedVault, type RecordedLife } from "./prepared-vault.ts";
import { type Promised, promisedOf } from "./promises.ts";

const NEW_PASSPHRASE = new Secret("another horse, another battery");

/** The operations whose storage calls are recorded, each by its name. */
export const RECORDED: Readonly<Record<string, (seed: number) => Promise<RecordedLife>>> = {
  backup: async (seed) => {
    const prepared = await PreparedVault.create(seed, { points: 1 });
    return await prepared.record("backup", async (open) => await prepared.backUp(await open()));
  },
  "two backups": async (seed) => {
    const prepared = await PreparedVault.create(seed, { points: 1 });
    return await prepared.record("two backups", async (open) => {
      const vaults = [await open(), await open()];
      await Promise.all(vaults.map(async (vault) => await prepared.backUp(vault)));
    });
  },
  prune: async (seed) => await recordPrune("prune", seed, { moveBelow: 0 }),
  compaction: async (seed) => await recordPrune("compaction", seed, { moveBelow: 1 }),
  repair: async (seed) => {
    const prepared = await PreparedVault.create(seed, { points: 3 });
    for (const name of prepared.start.names()) {
      if (name.startsWith("index/")) prepared.start.replace(name, undefined);
    }
    return await prepared.record("repair", async (open) => {
      await (await open()).repair({ execute: true });
    });
  },
  "two prunes": async (seed) => {
    const prepared = await PreparedVault.create(seed, { points: 4 });
    const removed = await prepared.trash(2);
    return await prepared.record(
      "two prunes",
      async (open) => {
        const vaults = [await open(), await open()];
        await Promise.all(vaults.map(async (vault) => await vault.prune({ moveBelow: 0.9 })));
      },
      removed,
    );
  },
  "backup beside a prune": async (seed) => {
    const prepared = await PreparedVault.create(seed, { points: 4 });
    const removed = await prepared.trash(2);
    return await prepared.record(
      "backup beside a prune",
      async (open) => {
        const [writer, pruner] = [await open(), await open()];
        await Promise.all([prepared.backUp(writer), pruner.prune({ moveBelow: 0.9 })]);
        await pruner.prune({ moveBelow: 0.9 });
      },
      removed,
    );
  },
  "repair of damaged packs": async (seed) => {
    const prepared = await damagedVault(seed);
    await prepared.prepare(
      async (vault) => void (await vault.verify({ readDataPercent: 100, keepFindings: true })),
    );
    return await prepared.record("repair of damaged packs", async (open) => {
      await (await open()).repair({ execute: true });
    });
  },
  "notes about damage, and a backup that heeds them": async (seed) => {
    const prepared = await damagedVault(seed);
    return await prepared.record("notes about damage, and a backup that heeds them", async (open) => {
      const vault = await open();
      await vault.verify({ readDataPercent: 100, keepFindings: true });
      await prepared.backUp(vault);
    });
  },
  "rotation of a passphrase": async (seed) => {
    const prepared = await PreparedVault.create(seed, { points: 1 });
    prepared.secrets = [TEST_PASSPHRASE, NEW_PASSPHRASE];
    return await prepared.record("rotation of a passphrase", async (open) => {
      const vault = await open();
      await vault.rotatePassphrase(NEW_PASSPHRASE, { kdf: CHEAP_KDF });
      const { slot } = await vault.addRecoveryKey();
      await vault.removeSlot(slot.id);
    });
  },
  copy: async (seed) => await recordCopy(seed),
  "a host's backup, read back": async (seed) => await recordHost(seed),
};

async function recordPrune(
  name: string,
  seed: number,
  options: { readonly moveBelow: number },
): Promise<RecordedLife> {
  const prepared = await PreparedVault.create(seed, { points: 4 });
  const removed = await prepared.trash(2);
  return await prepared.record(
    name,
    async (open) => {
      await (await open()).prune(options);
    },
    removed,
  );
}

/** Nothing of it is lost, as long as there are sidecars. */
async function damagedVault(seed: number): Promise<PreparedVault> {
  const prepared = await PreparedVault.create(seed, { points: 2, parity: true });
  damageHarmlessly(prepared.start, prepared.random);
  prepared.isDamaged = true;
  return prepared;
}

/** What is recorded is what the target sees. */
async function recordCopy(seed: number): Promise<RecordedLife> {
  const prepared = await PreparedVault.create(seed, { points: 1 });
  const from = (await createSmallVault(new MemoryStorage(), { seed: seed + 1, chunkBytes: 8192 })).vault;
  await using source = from;
  const originals = new Map<string, Promised>();
  for (let i = 0; i < 2; i++) {
    const files = prepared.write();
    const promised = promisedOf(await backUp(source, files), files);
    originals.set(promised.point.id, promised);
  }
  const points = await Array.fromAsync(source.points());
  return await prepared.record("copy", async (open) => {
    const target = await open();
    const { failed } = await copyPoints({
      source,
      target,
      points,
      known: new Map(),
      onCopied: async ({ point }, id) => {
        const digests = originals.get(point)?.digests ?? {};
        prepared.promised.push({ point: await target.findPoint(id), digests });
      },
      events: noEvents,
      run: "copying",
    });
    for (const { error } of failed) throw error;
  });
}

async function recordHost(seed: number): Promise<RecordedLife> {
  const prepared = await PreparedVault.create(seed, { points: 1 });
  const keys: Secret[] = [];
  await prepared.prepare(async (vault) => void keys.push((await vault.addHost("hv02")).key));
  return await prepared.record("a host's backup, read back", async (open, storage) => {
    await using host = await openWriteOnlyVault({
      storage,
      clock: new FakeClock("2026-01-02T00:00:00Z"),
      entropy: new SeededEntropy(prepared.random.next()),
      passphrase: keys[0] as Secret,
      workers: 1,
      ...indexOfTests(),
    });
    if (host === undefined) throw new TypeError("the key is no host's");
    {
      await using session = await host.openSession();
      const files = prepared.write();
      const stored = [];
      for (const [path, bytes] of Object.entries(files)) stored.push(await storeBytes(session, path, bytes));
      prepared.promised.push(promisedOf(await session.commit(draftOf(stored)), files));
    }
    await (await open()).verify({ readDataPercent: 100 });
  });
}
