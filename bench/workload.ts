import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import type { ByteStore } from "../src/disk/index.ts";
import { createVhdx, openVhdxForWriting } from "../src/formats/vhdx/index.ts";
import { localFiles } from "../src/places/index.ts";

const MIB = 1 << 20;

/** What a workload is made of: the same numbers give the same bytes everywhere. */
export interface WorkloadSize {
  readonly machines: number;
  readonly mibEach: number;
  /** Which day's changes. */
  readonly seed?: number;
}

/** 32 random bits a call ("mulberry32"). */
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

/** A MiB as guests have it: a third text, a third database pages, a third media that nothing compresses. */
function content(seed: number): Uint8Array {
  const next = generator(seed);
  const words = new Uint32Array(MIB / 4);
  const kind = next() % 3;
  if (kind === 2) {
    for (let i = 0; i < words.length; i++) words[i] = next();
  } else {
    const vocabulary = Uint32Array.from({ length: kind === 0 ? 512 : 4096 }, next);
    for (let i = 0; i < words.length; i++) {
      const filler = kind === 1 && i % 2048 > 1536;
      words[i] = filler ? 0 : (vocabulary[next() % vocabulary.length] as number);
    }
  }
  return new Uint8Array(words.buffer);
}

async function writeMachine(folder: string, machine: number, size: WorkloadSize): Promise<void> {
  const path = join(folder, `vm-${machine}`, "disk0.vhdx");
  const entropy = { bytes: (length: number) => Uint8Array.from({ length }, generator(machine + 1)) };
  await using store: ByteStore = await localFiles().create(path);
  await createVhdx(store, { kind: "dynamic", virtualSizeBytes: 4 * size.mibEach * MIB, entropy });
  await using disk = await openVhdxForWriting(store, { entropy });
  for (let i = 0; i < size.mibEach; i++) {
    const seed = i % 3 === 0 ? i : 1_000_003 * (machine + 1) + i; // a third is the template that all machines share
    await disk.write(content(seed), 3 * i * MIB);
  }
}

/** Makes a folder of machines, each with one dynamic VHDX. */
export async function makeWorkload(folder: string, size: WorkloadSize): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let machine = 0; machine < size.machines; machine++) await writeMachine(folder, machine, size);
}

/** A day of a guest: small writes here and there in each disk, in place. Gives the bytes written. */
export async function changeWorkload(folder: string, size: WorkloadSize): Promise<number> {
  let written = 0;
  for (let machine = 0; machine < size.machines; machine++) {
    const next = generator(77 + machine + 1000 * (size.seed ?? 0));
    await using file = await open(join(folder, `vm-${machine}`, "disk0.vhdx"), "r+");
    const { size: bytes } = await file.stat();
    for (let i = 0; i < size.mibEach; i++) {
      const at = 8 * MIB + (next() % Math.max(1, Math.floor((bytes - 16 * MIB) / 8192))) * 8192;
      await file.write(content(next()).subarray(0, 8192), 0, 8192, at);
      written += 8192;
    }
  }
  return written;
}
