/*
 * A process that does something in a vault, and kills itself as nothing else could:
 *
 *     node test/testing/killed-vault.ts FOLDER OPERATION SEED CALL before|during|after [SECRET]
 *
 * at the CALL-th change that it makes in the storage. When it comes to its end, it prints the restore point that it made. A copy
 * goes into the vault beside, whose folder is FOLDER and "-copies".
 */
import process from "node:process";
import { Secret, systemClock, systemEntropy } from "../../src/base/index.ts";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import { openLocalStorage, type Storage } from "../../src/storage/index.ts";
import { openVault, openWriteOnlyVault, type Vault } from "../../src/vault/index.ts";
import { backUp, CHEAP_KDF, draftOf, storeBytes, TEST_PASSPHRASE } from "../../src/vault/testing/index.ts";
import { copyNew } from "../model/copy-new.ts";
import { killedFiles, killedMachine } from "../model/killed-files.ts";

const [folder = "", operation = "", seed, call, moment, secret] = process.argv.slice(2);
let calls = 0;

async function change(work: () => Promise<void>): Promise<void> {
  const isIt = ++calls === Number(call);
  if (isIt && moment === "before") die();
  const done = work();
  if (isIt && moment === "during") {
    for (let turns = new SeededEntropy(Number(seed)).below(12); turns > 0; turns--) {
      await new Promise((resolve) => setImmediate(resolve)); // some of its system calls are made
    }
    die();
  }
  await done;
  if (isIt) die();
}

function die(): void {
  process.kill(process.pid, "SIGKILL");
}

function dying(storage: Storage): Storage {
  return {
    location: storage.location,
    traits: storage.traits,
    put: async (name, parts, options) => {
      await change(async () => {
        await storage.put(name, parts, options);
      });
    },
    get: async (name, options) => await storage.get(name, options),
    stat: async (name, options) => await storage.stat(name, options),
    list: (prefix, options) => storage.list(prefix, options),
    delete: async (name, options) => {
      await change(async () => {
        await storage.delete(name, options);
      });
    },
    [Symbol.asyncDispose]: async () => {
      await storage[Symbol.asyncDispose]();
    },
  };
}

const world = { clock: systemClock, entropy: systemEntropy, workers: 1 };
const passphrase = secret === undefined ? TEST_PASSPHRASE : new Secret(secret);

async function backUpAsHost(storage: Storage): Promise<void> {
  await using host = await openWriteOnlyVault({ ...world, storage, passphrase });
  await using session = await host?.openSession();
  if (session === undefined) throw new TypeError("the key is no host's");
  const stored = [];
  for (const [path, bytes] of Object.entries(killedFiles(Number(seed))))
    stored.push(await storeBytes(session, path, bytes));
  process.stdout.write((await session.commit(draftOf(stored, killedMachine(Number(seed))))).id);
}

async function copyBeside(source: Vault): Promise<void> {
  await using storage = dying(await openLocalStorage(`${folder}-copies`));
  await using target = await openVault({ ...world, storage, passphrase: TEST_PASSPHRASE });
  await copyNew(source, target);
}

const WORK: Readonly<Record<string, (vault: Vault) => Promise<unknown>>> = {
  backup: async (vault) => {
    const point = await backUp(vault, killedFiles(Number(seed)), killedMachine(Number(seed)));
    process.stdout.write(point.id);
  },
  prune: async (vault) => await vault.prune({ moveBelow: 0.9, staleAfterMs: -1000 }),
  repair: async (vault) => await vault.repair({ execute: true }),
  verify: async (vault) => await vault.verify({ readDataPercent: 100, keepFindings: true }),
  copy: copyBeside,
  rotate: async (vault) =>
    await vault.rotatePassphrase(new Secret(`a passphrase of seed ${seed}`), { kdf: CHEAP_KDF }),
};

const local = await openLocalStorage(folder);
await using storage = operation === "copy" ? local : dying(local);
if (operation === "host") await backUpAsHost(storage);
else {
  await using vault = await openVault({ ...world, storage, passphrase });
  await WORK[operation]?.(vault);
}
