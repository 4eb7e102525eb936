// One step against one vault, in a process of its own: prints what it cost as one line of JSON.
import { hash } from "node:crypto";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { guidToBytes } from "../../src/base/index.ts";
import { type Key, readKey } from "../../src/vault/index/local/keys.ts";
import { RunFolder } from "../../src/vault/index/local/run-folder.ts";
import { RunSet } from "../../src/vault/index/local/run-set.ts";
import { idOf } from "./id-of.ts";
import { backUpMachine, INDEX_MEMORY, openGrowthVault, openReadableVault } from "./make-vault.ts";
import { SyntheticIndex } from "./synthetic-index.ts";

const [step = "", scratch = "", gibibytes = "10"] = process.argv.slice(2);
const index = new SyntheticIndex(Number(gibibytes));
const LOOK_UPS = 100_000;

async function run(): Promise<object> {
  if (step === "look-up") return await lookUp();
  if (step === "repair") return await planRepair();
  const before = performance.now();
  const { vault } = await openGrowthVault(scratch, index);
  await using _ = vault;
  const opened = performance.now();
  const result = await work(vault);
  return { openSeconds: (opened - before) / 1000, seconds: (performance.now() - opened) / 1000, ...result };
}

async function work(vault: Awaited<ReturnType<typeof openGrowthVault>>["vault"]): Promise<object> {
  if (step === "session") {
    await using _ = await vault.openSession();
    return {};
  }
  if (step === "backup") return { bytesNew: await backUpMachine(vault, scratch) };
  if (step === "plan") {
    const { packBytes, lostChunks } = await vault.planRemoval(new Set());
    return { packBytes, lostChunks };
  }
  throw new TypeError(`no step "${step}"`);
}

/** What a repair does to find that there is nothing to repair. */
async function planRepair(): Promise<object> {
  await using vault = await openReadableVault(scratch, index);
  const before = performance.now();
  const { packs, packsNamed, segments, doomed, lost } = await vault.repair();
  const seconds = (performance.now() - before) / 1000;
  if (packs.length + packsNamed + segments.length + doomed.length + lost.length > 0)
    throw new TypeError(`${packs.length} packs are damaged, ${packsNamed} are not named`);
  return { seconds };
}

/** Chunks that are there, each found in its own frame, and chunks that are not. */
async function lookUp(): Promise<object> {
  const { vault } = await openGrowthVault(scratch, index);
  await using _ = vault;
  const { id } = vault.facts;
  using runs = new RunSet({ filterBytes: INDEX_MEMORY / 2 });
  for (const file of new RunFolder(join(scratch, "index", id.toLowerCase()), guidToBytes(id)).open())
    runs.add(file);
  const loading = performance.now();
  runs.loadFilters();
  const filterSeconds = (performance.now() - loading) / 1000;
  const bytes = new Uint8Array(32);
  const key: Key = { partition: 0, a: 0, b: 0, c: 0 };
  const draw = (i: number): number => hash("sha256", `${i}`, "buffer").readUIntBE(0, 6);
  const time = (visit: (i: number) => void): number => {
    const before = performance.now();
    for (let i = 0; i < LOOK_UPS; i++) visit(i);
    return ((performance.now() - before) * 1000) / LOOK_UPS;
  };
  const knownMicroseconds = time((i) => {
    const chunk = draw(i) % index.chunks;
    idOf(index, chunk, bytes);
    readKey(bytes, 0, key);
    const [frame] = runs.lookUp(key);
    if (frame === undefined || frame % index.frames !== index.frameOf(chunk))
      throw new TypeError(`chunk ${chunk} is not found`);
  });
  const newMicroseconds = time((i) => {
    readKey(hash("sha256", `new ${i}`, "buffer"), 0, key);
    if (runs.lookUp(key).length > 0) throw new TypeError("a chunk that is not there is found");
  });
  return { knownMicroseconds, newMicroseconds, filterSeconds };
}

const result = await run();
const rssMiB = process.resourceUsage().maxRSS / 1024;
process.stdout.write(`${JSON.stringify({ step, ...result, rssMiB })}\n`);
