// A vault of many restore points of a thousand machines: makes it, or measures what finding some of them costs. Prints one line of JSON.
import { performance } from "node:perf_hooks";
import { parseGuid, systemClock, systemEntropy } from "../../src/base/index.ts";
import { MemoryStorage } from "../../src/storage/testing/index.ts";
import { vaultKeysFrom } from "../../src/vault/crypto/vault-keys.ts";
import { createVault, openVault } from "../../src/vault/index.ts";
import { KeySlots } from "../../src/vault/keys/key-slots.ts";
import { writePoint } from "../../src/vault/restore-points/write-point.ts";
import { CHEAP_KDF, draftOf } from "../../src/vault/testing/index.ts";
import { PASSPHRASE } from "./make-vault.ts";
import { openPackedStorage, packStorage } from "./packed-storage.ts";

const MACHINES = 1000;
const [step = "", path = "", count = "1000"] = process.argv.slice(2);
const world = { clock: systemClock, entropy: systemEntropy, passphrase: PASSPHRASE };

function machine(number: number): { id: string; name: string } {
  const hex = number.toString(16).padStart(12, "0");
  return { id: `7B1F0D6E-3C50-4B0C-9C67-${hex.toUpperCase()}`, name: `machine${number}` };
}

/** Each point is sealed and put as a commit does it; without leases and receipts, of which nothing here is measured. */
async function make(): Promise<void> {
  const storage = new MemoryStorage();
  await using vault = (await createVault({ storage, ...world, kdf: CHEAP_KDF })).vault;
  const { id } = vault.facts;
  const { masterKey } = await new KeySlots(storage, id).unlock(PASSPHRASE);
  const place = { storage, keys: vaultKeysFrom(masterKey, id), ...world };
  for (let i = 0; i < Number(count); i++) await writePoint(draftOf([], machine(i % MACHINES)), place);
  await packStorage(storage, path);
}

async function measure(): Promise<object> {
  const before = performance.now();
  await using storage = openPackedStorage(path);
  const listed = performance.now();
  await using vault = await openVault({ storage, ...world });
  const opened = performance.now();
  const result = await work(vault);
  const worked = performance.now();
  return {
    tableSeconds: (listed - before) / 1000,
    openSeconds: (opened - listed) / 1000,
    seconds: (worked - opened) / 1000,
    ...result,
  };
}

async function work(vault: Awaited<ReturnType<typeof openVault>>): Promise<object> {
  if (step === "previous") {
    const id = parseGuid(machine(MACHINES - 200).id);
    if (id === undefined) throw new TypeError("no machine");
    return { files: (await vault.previousFiles(id, "HV01")).size };
  }
  if (step === "latest") return { found: (await vault.findPoint(`latest:${machine(17).id}`)).id };
  if (step === "session") {
    await using _ = await vault.openSession();
    return {};
  }
  let points = 0;
  const filter = step === "all" ? {} : { machine: machine(17).id };
  for await (const _ of vault.points(filter)) points++;
  return { points };
}

if (step === "make") await make();
else {
  const result = await measure();
  process.stdout.write(
    `${JSON.stringify({ step, ...result, rssMiB: process.resourceUsage().maxRSS / 1024 })}\n`,
  );
}
