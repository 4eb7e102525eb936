// What a prune holds when it decides: every chunk of the vault is needed, by chunk lists in the order of a disk. In a process of its own:
// prints what it cost as one line of JSON.
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { hexFromBytes, systemClock, systemEntropy } from "../../src/base/index.ts";
import { openLocalStorage } from "../../src/storage/index.ts";
import { vaultKeysFrom } from "../../src/vault/crypto/vault-keys.ts";
import { LoadedIndex } from "../../src/vault/index/load-index.ts";
import { PackSizes } from "../../src/vault/index/pack-sizes.ts";
import { openVault } from "../../src/vault/index.ts";
import { KeySlots } from "../../src/vault/keys/key-slots.ts";
import type { FrameReader } from "../../src/vault/reading/frame-reader.ts";
import { MOST_REFERENCES, NodeDraft } from "../../src/vault/recipes/recipe-node.ts";
import { choosePacks } from "../../src/vault/removal/choose-packs.ts";
import { NeededChunks } from "../../src/vault/removal/needed-chunks.ts";
import { growthStorage } from "./growth-storage.ts";
import { idOf } from "./id-of.ts";
import { INDEX_MEMORY, PASSPHRASE } from "./make-vault.ts";
import { SyntheticIndex } from "./synthetic-index.ts";

const [scratch = "", gibibytes = "10"] = process.argv.slice(2);
const index = new SyntheticIndex(Number(gibibytes));
/** Neighbours on the disk are as far apart in the index as ids by chance are. */
const STRIDE = 1_000_003;

/** What a prune has at hand to the end. */
const held: unknown[] = [];
/** Of the one real machine, which is not needed here. */
const MOST_DROPPED = 64;

/** Chunk lists that are made when they are asked for, one after the other. */
class MadeLists {
  #list = 0;

  of(): this {
    return this;
  }

  claimed(): undefined {
    return undefined;
  }

  async chunk(): Promise<{ readonly bytes: Uint8Array; readonly object: string }> {
    const draft = new NodeDraft(1);
    const first = MOST_REFERENCES * this.#list++;
    for (let i = first; i < first + MOST_REFERENCES; i++) {
      const id = new Uint8Array(32);
      idOf(index, (i * STRIDE) % index.chunks, id);
      draft.add(index.chunkBytes, id);
    }
    return { bytes: draft.encode(), object: "made" };
  }
}

async function openIndex(): Promise<LoadedIndex> {
  const storage = growthStorage(await openLocalStorage(join(scratch, "vault")), index);
  const world = { clock: systemClock, entropy: systemEntropy };
  await using vault = await openVault({ storage, ...world, passphrase: PASSPHRASE });
  const { id } = vault.facts;
  const { masterKey } = await new KeySlots(storage, id).unlock(PASSPHRASE);
  const local = { folder: join(scratch, "index"), memoryBytes: INDEX_MEMORY };
  const loaded = new LoadedIndex({ storage, keys: vaultKeysFrom(masterKey, id), local });
  held.push(await PackSizes.list(storage));
  await loaded.refresh();
  await loaded.reconcile();
  return loaded;
}

async function run(): Promise<object> {
  const before = performance.now();
  const loaded = await openIndex();
  loaded.settle();
  const { scratch: room } = loaded;
  const opened = performance.now();
  const frames = new MadeLists() as unknown as FrameReader;
  using needed = new NeededChunks({ index: loaded.index, frames, scratch: room });
  for (let list = 0; list < index.chunks / MOST_REFERENCES; list++) {
    const root = new Uint8Array(32);
    idOf(index, list, root);
    const recipe = {
      version: 1,
      sizeBytes: MOST_REFERENCES * index.chunkBytes,
      level: 1,
      root: hexFromBytes(root),
    } as const;
    await needed.add({ files: [{ path: "disk", role: "disk", sizeBytes: recipe.sizeBytes, recipe }] });
  }
  const walked = performance.now();
  await needed.settle();
  const marked = performance.now();
  const { drop, move } = choosePacks({ index: loaded.index, needed, moveBelow: 0.5 });
  const chosen = performance.now();
  loaded.close();
  if (needed.lostChunks > 0 || move.length > 0 || drop.length > MOST_DROPPED)
    throw new TypeError(`${needed.lostChunks} chunks were lost, ${drop.length} packs dropped`);
  return {
    openSeconds: (opened - before) / 1000,
    walkSeconds: (walked - opened) / 1000,
    markSeconds: (marked - walked) / 1000,
    chooseSeconds: (chosen - marked) / 1000,
    seconds: (chosen - before) / 1000,
  };
}

const result = await run();
process.stdout.write(
  `${JSON.stringify({ step: "marks", ...result, rssMiB: process.resourceUsage().maxRSS / 1024 })}\n`,
);
