import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { guidToBytes, Secret, systemClock, systemEntropy } from "../../src/base/index.ts";
import { localFiles } from "../../src/places/index.ts";
import { openLocalStorage, type Storage } from "../../src/storage/index.ts";
import { vaultKeysFrom } from "../../src/vault/crypto/vault-keys.ts";
import type { Key } from "../../src/vault/index/local/keys.ts";
import { RunFolder } from "../../src/vault/index/local/run-folder.ts";
import { writeRun } from "../../src/vault/index/local/write-run.ts";
import { createVault, openVault, type Vault } from "../../src/vault/index.ts";
import { KeySlots } from "../../src/vault/keys/key-slots.ts";
import { writeSegment } from "../../src/vault/sessions/write-segment.ts";
import { CHEAP_KDF, draftOf, payloadLayout, someBytes } from "../../src/vault/testing/index.ts";
import { growthStorage } from "./growth-storage.ts";
import { idOf } from "./id-of.ts";
import type { SyntheticIndex } from "./synthetic-index.ts";
import { SyntheticPacks } from "./synthetic-packs.ts";

export const MIB: number = 2 ** 20;
export const PASSPHRASE: Secret = new Secret("correct horse battery staple");
export const MACHINE_BYTES: number = 256 * MIB;
const MACHINE = "machine.disk";
/** What the index may take in memory. */
export const INDEX_MEMORY: number = 512 * MIB;

/** The one real machine of every vault. */
function makeMachine(file: string): void {
  const part = someBytes(7, 16 * MIB);
  const view = new DataView(part.buffer);
  for (let done = 0; done < MACHINE_BYTES; done += part.length) {
    for (let page = 0; page < part.length; page += 4096) view.setUint32(page, done + page);
    appendFileSync(file, part);
  }
}

export async function openGrowthVault(
  scratch: string,
  index: SyntheticIndex | undefined,
): Promise<{ readonly vault: Vault; readonly storage: Storage }> {
  const storage = growthStorage(await openLocalStorage(join(scratch, "vault")), index);
  const localIndex = { folder: join(scratch, "index"), memoryBytes: INDEX_MEMORY };
  const world = { clock: systemClock, entropy: systemEntropy };
  return { vault: await openVault({ storage, ...world, passphrase: PASSPHRASE, localIndex }), storage };
}

/** The same, where each pack has a head and a footer that can be read. */
export async function openReadableVault(scratch: string, index: SyntheticIndex): Promise<Vault> {
  const inner = await openLocalStorage(join(scratch, "vault"));
  const world = { clock: systemClock, entropy: systemEntropy };
  const { id } = await (async () => {
    await using vault = await openVault({ storage: inner, ...world, passphrase: PASSPHRASE });
    return vault.facts;
  })();
  const { masterKey } = await new KeySlots(inner, id).unlock(PASSPHRASE);
  const storage = growthStorage(inner, index, new SyntheticPacks(index, vaultKeysFrom(masterKey, id)));
  const localIndex = { folder: join(scratch, "index"), memoryBytes: INDEX_MEMORY };
  return await openVault({ storage, ...world, passphrase: PASSPHRASE, localIndex });
}

/** Stores the machine, and gives how many bytes of it were new. */
export async function backUpMachine(vault: Vault, scratch: string): Promise<number> {
  await using source = await localFiles().open(join(scratch, MACHINE));
  await using session = await vault.openSession();
  const { recipe, counts } = await session.storeFile(source, { layout: payloadLayout(source.sizeBytes) });
  await session.commit(draftOf([{ path: "disk", role: "disk", sizeBytes: source.sizeBytes, recipe }]));
  return counts.bytesNew;
}

export async function makeVault(scratch: string, index: SyntheticIndex): Promise<void> {
  mkdirSync(scratch, { recursive: true });
  const storage = await openLocalStorage(join(scratch, "vault"), { create: true });
  const world = { clock: systemClock, entropy: systemEntropy };
  const { chunkBytes } = index;
  {
    await using vault = (
      await createVault({ storage, ...world, passphrase: PASSPHRASE, kdf: CHEAP_KDF, chunkBytes })
    ).vault;
    makeMachine(join(scratch, MACHINE));
    await backUpMachine(vault, scratch);
  }
  const { vault } = await openGrowthVault(scratch, undefined);
  await using _ = vault;
  const { id } = vault.facts;
  if (index.isReal) {
    const { masterKey } = await new KeySlots(storage, id).unlock(PASSPHRASE);
    await writeSegments(index, { storage, keys: vaultKeysFrom(masterKey, id), entropy: systemEntropy });
    return;
  }
  const folder = new RunFolder(join(scratch, "index", id.toLowerCase()), guidToBytes(id));
  const filterBytes = Math.min(1.25 * index.chunks, (7 / 8) * (INDEX_MEMORY / 2));
  writeSyntheticRun(index, folder, filterBytes);
}

/** Straight into the form that merging leaves. */
function writeSyntheticRun(index: SyntheticIndex, folder: RunFolder, filterBytes: number): void {
  const key: Key = { partition: 0, a: 0, b: 0, c: 0 };
  writeRun(
    {
      chunkCount: index.chunks,
      packCount: index.packs,
      chunks: (add) => {
        for (let chunk = 0; chunk < index.chunks; chunk++) {
          index.key(chunk, key);
          add(key, index.frameOf(chunk));
        }
      },
      names: (add) => {
        for (let pack = 0; pack < index.packs; pack++) {
          readDigest(index.packDigest(pack), key);
          add(key, pack);
        }
      },
      frames: (add) => {
        for (let frame = 0; frame < index.frames; frame++) add(index.frame(frame));
      },
      packs: (add) => {
        for (let pack = 0; pack < index.packs; pack++) {
          add({ digest: index.packDigest(pack), sizeBytes: index.packBytes, ...index.packFrames(pack) });
        }
      },
      segments: Array.from({ length: index.segments }, (_, i) => ({
        digest: index.segmentDigest(i),
        firstPack: i * index.packsASegment,
        packCount: index.packsASegment,
      })),
    },
    folder.newPlace(filterBytes),
  );
}

function readDigest(digest: Uint8Array, key: Key): void {
  const view = new DataView(digest.buffer);
  key.partition = view.getUint8(0);
  [key.a, key.b, key.c] = [1, 5, 9].map((at) => view.getUint32(at, true)) as [number, number, number];
}

async function writeSegments(
  index: SyntheticIndex,
  place: Parameters<typeof writeSegment>[1],
): Promise<void> {
  for (let segment = 0; segment < index.segments; segment++) {
    const first = segment * index.packsASegment;
    const packs = Array.from({ length: index.packsASegment }, (_, i) => packContents(index, first + i));
    await writeSegment(packs, place);
  }
}

function packContents(index: SyntheticIndex, pack: number): Parameters<typeof writeSegment>[0][number] {
  const { firstFrame, frameCount } = index.packFrames(pack);
  const frames = Array.from({ length: frameCount }, (_, i) => {
    const ids = new Uint8Array(32 * index.chunksAFrame);
    for (let k = 0; k < index.chunksAFrame; k++)
      idOf(index, firstFrame + i + k * index.frames, ids.subarray(32 * k));
    return { ...index.frame(firstFrame + i), number: i, ids };
  });
  return { digest: index.packDigest(pack), sizeBytes: index.packBytes, frames };
}
