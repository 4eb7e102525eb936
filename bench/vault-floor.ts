// What the vault alone costs: a full backup of one file, the same again unchanged, with changes, restore and verify. Each step is a process.
//
//   node bench/vault-floor.ts [--file FILE] [--mib 1024] [--workers 2] [--folder DIR]
//
// Without FILE one is made: a quarter zeros, the rest text-like, page-like and incompressible in equal parts.
import { spawnSync } from "node:child_process";
import { closeSync, copyFileSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Secret, systemClock, systemEntropy } from "../src/base/index.ts";
import { localFiles } from "../src/places/index.ts";
import { openLocalStorage } from "../src/storage/index.ts";
import { createVault, openVault, type Vault } from "../src/vault/index.ts";
import { draftOf, payloadLayout } from "../src/vault/testing/index.ts";

const MIB = 1 << 20;
const passphrase = new Secret("correct horse battery staple");
const { values } = parseArgs({
  options: {
    file: { type: "string" },
    mib: { type: "string", default: "1024" },
    workers: { type: "string" },
    folder: { type: "string", default: tmpdir() },
    step: { type: "string" },
    scratch: { type: "string" },
    sparse: { type: "string" },
  },
});
const workers = values.workers === undefined ? {} : { workers: Number(values.workers) };

async function vaultAt(folder: string): Promise<Vault> {
  const storage = await openLocalStorage(folder, { create: true });
  const options = { storage, clock: systemClock, entropy: systemEntropy, passphrase, ...workers };
  if ((await storage.stat("config")) !== undefined) return await openVault(options);
  return (await createVault(options)).vault;
}

async function backUp(vault: Vault, file: string): Promise<object> {
  await using source = await localFiles().open(file);
  await using session = await vault.openSession();
  const { recipe, counts } = await session.storeFile(source, { layout: payloadLayout(source.sizeBytes) });
  await session.commit(draftOf([{ path: "disk", role: "disk", sizeBytes: source.sizeBytes, recipe }]));
  return counts;
}

/** A file of any size in which nearly everything is zeros, read as fast as memory is written. */
async function backUpSparse(vault: Vault, sizeBytes: number): Promise<object> {
  const source = {
    sizeBytes,
    async read(target: Uint8Array, offset: number): Promise<void> {
      target.fill(0);
      if (offset % (10 * 1024 * MIB) >= 2 * MIB) return;
      const words = new Uint32Array(target.buffer, target.byteOffset, target.length >> 2);
      const next = generator(offset / MIB);
      for (let i = 0; i < words.length; i++) words[i] = next();
    },
    async [Symbol.asyncDispose](): Promise<void> {},
  };
  await using session = await vault.openSession();
  const { recipe, counts } = await session.storeFile(source, { layout: payloadLayout(sizeBytes) });
  await session.commit(draftOf([{ path: "sparse", role: "disk", sizeBytes, recipe }]));
  return counts;
}

async function step(name: string, scratch: string, file: string): Promise<object> {
  await using vault = await vaultAt(join(scratch, "vault"));
  if (values.sparse !== undefined) return await backUpSparse(vault, Number(values.sparse) * MIB);
  if (name === "verify") return await vault.verify({ readDataPercent: 100 });
  if (name !== "restore") return await backUp(vault, file);
  const point = await vault.findPoint("latest:web01");
  await using target = await localFiles().create(join(scratch, "restored"));
  await using reader = await vault.openFile(point.files[0] as (typeof point.files)[number]);
  return await reader.copyTo(target);
}

function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
}

function makeFile(path: string, mib: number): void {
  const handle = openSync(path, "w");
  for (let i = 0; i < mib; i++) {
    const next = generator(i);
    const words = new Uint32Array(MIB / 4);
    const vocabulary = Uint32Array.from({ length: i % 4 === 1 ? 512 : 4096 }, next);
    const filled = i % 4 === 0 ? 0 : words.length;
    for (let k = 0; k < filled; k++) {
      words[k] = i % 4 === 3 ? next() : (vocabulary[next() % vocabulary.length] as number);
    }
    writeSync(handle, new Uint8Array(words.buffer));
  }
  closeSync(handle);
}

function change(path: string): void {
  const handle = openSync(path, "r+");
  const next = generator(99);
  const mib = statSync(path).size / MIB;
  const page = new Uint32Array(2048);
  for (let i = 0; i < mib / 2; i++) {
    for (let k = 0; k < page.length; k++) page[k] = next();
    writeSync(handle, new Uint8Array(page.buffer), 0, 8192, (next() % Math.floor(mib * 128)) * 8192);
  }
  closeSync(handle);
}

if (values.step !== undefined) {
  const began = systemClock.monotonicMs();
  const result = await step(values.step, values.scratch as string, values.file as string);
  const seconds = (systemClock.monotonicMs() - began) / 1000;
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const cpu = { user: userCPUTime / 1e6, system: systemCPUTime / 1e6, peakMib: maxRSS / 1024 };
  console.log(JSON.stringify({ seconds, ...cpu, result }));
} else {
  const scratch = mkdtempSync(join(values.folder, "vault-floor-"));
  try {
    const file = join(scratch, "disk");
    if (values.file === undefined) makeFile(file, Number(values.mib));
    else copyFileSync(values.file, file);
    const mib = statSync(file).size / MIB;
    for (const name of ["full", "again", "changed", "restore", "verify"]) {
      if (name === "changed") change(file);
      const rest = ["--step", name, "--scratch", scratch, "--file", file];
      const given = values.workers === undefined ? [] : ["--workers", values.workers];
      const done = spawnSync(
        process.execPath,
        [...process.execArgv, import.meta.filename, ...rest, ...given],
        {
          encoding: "utf8",
        },
      );
      if (done.status !== 0) throw new Error(done.stderr);
      const { seconds, user, system, peakMib, result } = JSON.parse(done.stdout) as Record<string, number>;
      const rate = (mib / (seconds as number)).toFixed(0);
      const cost = `${seconds?.toFixed(2)} s, cpu ${user?.toFixed(2)} + ${system?.toFixed(2)} s, peak ${peakMib?.toFixed(0)} MiB`;
      console.log(`${name.padEnd(8)} ${rate.padStart(6)} MiB/s, ${cost}, ${JSON.stringify(result)}`);
    }
    if (spawnSync("cmp", [file, join(scratch, "restored")]).status !== 0) throw new Error("restored differs");
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
