/*
 * A process that backs something up into a vault, or prunes it, and kills itself as nothing else could:
 *
 *     node test/testing/killed-vault.ts FOLDER backup|prune SEED CALL before|during|after
 *
 * at the CALL-th change that it makes in the storage. When it comes to its end, it prints the restore point that it made.
 */
import process from "node:process";
import { systemClock, systemEntropy } from "../../src/base/index.ts";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import { openLocalStorage, type Storage } from "../../src/storage/index.ts";
import { openVault } from "../../src/vault/index.ts";
import { backUp, TEST_PASSPHRASE } from "../../src/vault/testing/index.ts";
import { killedFiles, killedMachine } from "../model/killed-files.ts";

const [folder = "", operation, seed, call, moment] = process.argv.slice(2);
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

await using storage = dying(await openLocalStorage(folder));
const access = {
  storage,
  clock: systemClock,
  entropy: systemEntropy,
  passphrase: TEST_PASSPHRASE,
  workers: 1,
};
await using vault = await openVault(access);
if (operation === "backup") {
  const point = await backUp(vault, killedFiles(Number(seed)), killedMachine(Number(seed)));
  process.stdout.write(point.id);
} else {
  await vault.prune({ moveBelow: 0.9, staleAfterMs: -1000 });
}
