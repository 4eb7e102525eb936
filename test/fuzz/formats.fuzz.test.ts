import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { StillpointError } from "../../src/base/index.ts";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import { type Disk, type FileLayout, readBytes } from "../../src/disk/index.ts";
import { SparseMemoryStore } from "../../src/disk/testing/index.ts";
import { openVhd } from "../../src/formats/vhd/index.ts";
import { makeVhd } from "../../src/formats/vhd/testing/index.ts";
import { checkVhdx, openVhdx, openVhdxForWriting } from "../../src/formats/vhdx/index.ts";
import { openKeyValueStore, readMachineConfiguration } from "../../src/formats/vmcx/index.ts";
import { needs, readSample } from "../testing/oracles.ts";
import { MutatedSource, nastyField } from "./mutated-source.ts";
import {
  mutateStructure,
  type Structure,
  sealPlain,
  VHDX_LOG_ENTRY,
  VHDX_STRUCTURES,
  vhdStructures,
  vmcxStructures,
} from "./structured-mutations.ts";

/*
 * Readers get mutated real files. They may succeed or throw one of this program's errors, in bounded time, and may never ask
 * for a large buffer. `STILLPOINT_FUZZ_SEED` gives another series, `STILLPOINT_FUZZ_INPUTS` multiplies its length, and
 * `STILLPOINT_FUZZ_ONLY` runs the one input whose number a failure named.
 */
const SEED = Number(process.env["STILLPOINT_FUZZ_SEED"] ?? 20_260_101);
const TIMES = Number(process.env["STILLPOINT_FUZZ_INPUTS"] ?? 1);
const ONLY = process.env["STILLPOINT_FUZZ_ONLY"];
/** One input takes a few milliseconds; this leaves room for a machine that is busy with something else. */
const LONGEST_MS = 3000;
/** No reader asks for more in one go: a page of a table, a metadata item, a key table. */
const LARGEST_READ = 1024 * 1024;
/** Buffers that one input may leave behind, garbage included: maps of a file's space, pages and windows of its tables. */
const LARGEST_GROWTH = 32 * 1024 * 1024;

interface Seeded {
  readonly name: string;
  readonly base: SparseMemoryStore;
  readonly structures: readonly Structure[];
}

interface Target {
  readonly format: string;
  readonly inputs: number;
  readonly samples: () => Promise<readonly Seeded[]>;
  readonly use: (source: MutatedSource, random: SeededEntropy) => Promise<void>;
}

const sample = (file: string): SparseMemoryStore => new SparseMemoryStore(readSample(file));

/** A parent of any size, to read a differencing disk over. */
function emptyDisk(sizeBytes: number, logicalSectorBytes: number): Disk {
  return {
    sizeBytes,
    logicalSectorBytes,
    async read(target) {
      target.fill(0);
    },
    async *extents() {
      yield { offset: 0, length: sizeBytes, kind: "zero" };
    },
    async [Symbol.asyncDispose]() {
      // nothing is held
    },
  };
}

/** Extents of a mutated disk are read up to here: a bitmap of noise has millions, and each is as good as the first. */
const ENOUGH = 3000;

async function walk<T>(items: AsyncIterable<T>, look: (item: T) => void): Promise<void> {
  let count = 0;
  for await (const item of items) {
    look(item);
    if (++count > ENOUGH) return;
  }
}

async function useDisk(disk: Disk, random: SeededEntropy): Promise<void> {
  let at = 0;
  await walk(disk.extents(), ({ offset, length }) => {
    assert.equal(offset, at);
    assert.ok(length > 0);
    at += length;
    assert.ok(at <= disk.sizeBytes);
  });
  for (let n = 0; n < 3; n++) {
    const length = Math.min(disk.sizeBytes, random.below(40_000));
    const offset = Math.floor((random.next() / 2 ** 32) * (disk.sizeBytes - length));
    await disk.read(new Uint8Array(length), offset);
  }
}

async function useLayout(layout: FileLayout): Promise<void> {
  let virtual = 0;
  await walk(layout.payload(), ({ virtualOffset, fileOffset, length }) => {
    assert.ok(virtualOffset >= virtual && length > 0);
    assert.ok(fileOffset >= 0 && fileOffset + length <= layout.sizeBytes);
    virtual = virtualOffset + length;
  });
  let at = 0;
  await walk(layout.segments(), ({ offset, length }) => {
    assert.equal(offset, at);
    at += length;
    assert.ok(at <= layout.sizeBytes);
  });
}

/** Writes where the mutated file lets it, and reads back with a strict reader: the file must not get worse. */
async function writeInto(source: MutatedSource, random: SeededEntropy): Promise<void> {
  const store = source.toStore();
  const identifier = await readBytes(store, 0, Math.min(65_536, store.sizeBytes));
  const first = await openVhdxForWriting(store, { entropy: random });
  const { sizeBytes, logicalSectorBytes } = first;
  const sector = new Uint8Array(logicalSectorBytes).fill(0xc3);
  const offsets = Array.from({ length: 6 }, () => {
    const at = Math.floor((random.next() / 2 ** 32) * (sizeBytes / logicalSectorBytes));
    return at * logicalSectorBytes;
  });
  {
    await using disk = first;
    if (sizeBytes > 0) for (const offset of offsets) await disk.write(sector, offset);
  }
  assert.deepEqual(await readBytes(store, 0, identifier.length), identifier);
  if (sizeBytes === 0) return;
  await using file = await openVhdx(store.clone());
  const { kind } = file.facts;
  const disk = kind === "differencing" ? file.disk(emptyDisk(sizeBytes, logicalSectorBytes)) : file.disk();
  const found = new Uint8Array(logicalSectorBytes);
  for (const offset of offsets) {
    await disk.read(found, offset);
    assert.deepEqual(found, sector);
  }
  // what was damaged may still be; what lies on top of each other would be new
  await useLayout(file.layout());
}

const TARGETS: readonly Target[] = [
  {
    format: "VHDX",
    inputs: 7000,
    samples: async () => {
      const files = [
        "hyperv-dynamic.vhdx.gz",
        "hyperv-fixed.vhdx.gz",
        "disk2vhd.vhdx.zst",
        "win2012-dynamic-1g.vhdx.zst",
        "synthetic-diff-child.avhdx.zst",
        "synthetic-diff-base.vhdx.zst",
      ];
      const clean = files.map((name) => ({ name, base: sample(name), structures: VHDX_STRUCTURES }));
      const name = "qemu16-dirtylog-10g.vhdx.zst";
      // its log is looked through for every input, so it is one sample of seven
      const structures = [...VHDX_STRUCTURES, ...Array.from({ length: 8 }, () => VHDX_LOG_ENTRY)];
      return [...clean, { name, base: sample(name), structures }];
    },
    async use(source, random) {
      const lenient = random.below(3) === 0;
      await using file = await openVhdx(source, lenient ? { lenient: true } : {});
      if (random.below(4) === 0) await walk(checkVhdx(source), () => undefined);
      await useLayout(file.layout());
      const { kind, virtualSizeBytes, logicalSectorBytes } = file.facts;
      const parentBytes = Math.floor(virtualSizeBytes / 2 / logicalSectorBytes) * logicalSectorBytes;
      const parent = kind === "differencing" ? emptyDisk(parentBytes, logicalSectorBytes) : undefined;
      await useDisk(file.disk(parent), random);
    },
  },
  {
    format: "VHDX for writing",
    inputs: 800,
    samples: async () => {
      const files = [
        "synthetic-diff-child.avhdx.zst",
        "synthetic-diff-base.vhdx.zst",
        "hyperv-dynamic.vhdx.gz",
      ];
      return files.map((name) => ({ name, base: sample(name), structures: VHDX_STRUCTURES }));
    },
    use: writeInto,
  },
  {
    format: "VHD",
    inputs: 10_000,
    samples: async () => {
      const files = [
        "hyperv-dynamic.vhd.gz",
        "hyperv-fixed.vhd.gz",
        "qemu53-ext2.vhd.zst",
        "hyperv2012r2-dynamic.vhd.zst",
        "vhd-diff-child.vhd.zst",
      ];
      const sector = new Uint8Array(512).fill(3);
      const made = makeVhd({
        sizeBytes: 700_416,
        blockSizeBytes: 65_536,
        writes: [0, 70_144, 655_360].map((offset) => ({ offset, bytes: sector })),
        parent: {
          id: (await openVhd(sample("hyperv-fixed.vhd.gz"))).facts.uniqueId,
          name: "p.vhd",
          relativePath: ".\\p.vhd",
        },
      });
      const bases = [
        ...files.map((name) => ({ name, base: sample(name) })),
        { name: "a differencing one of our own", base: new SparseMemoryStore(made) },
      ];
      return bases.map(({ name, base }) => ({ name, base, structures: vhdStructures(base.sizeBytes) }));
    },
    async use(source, random) {
      const lenient = random.below(3) === 0;
      const file = await openVhd(source, lenient ? { lenient: true } : {});
      await useLayout(file.layout());
      const { kind, virtualSizeBytes } = file.facts;
      const parent = emptyDisk(Math.floor(virtualSizeBytes / 1024) * 512, 512);
      await useDisk(kind === "differencing" ? file.disk(parent) : file.disk(), random);
    },
  },
  {
    format: "VMCX",
    inputs: 4000,
    samples: async () => {
      const name = "gen1.vmcx.zst";
      const bytes = readSample(name);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      const tables: number[] = [];
      for (let at = 12_288; at + 10 <= bytes.length; at += 4096) {
        if (view.getUint16(at, true) === 2) tables.push(at);
      }
      const keys = tables.flatMap((table) => keysOf(view, table));
      assert.ok(tables.length > 0 && keys.length > 100);
      return [{ name, base: new SparseMemoryStore(bytes), structures: [...vmcxStructures(tables), ...keys] }];
    },
    async use(source) {
      const store = await openKeyValueStore(source);
      readMachineConfiguration(store.root);
    },
  },
];

/** Every key of a table that is not free; its checksum covers header, name and data, and not the slack behind. */
function keysOf(view: DataView, table: number): Structure[] {
  const found: Structure[] = [];
  for (let at = table + 10; at + 21 < table + 4096; ) {
    const length = view.getUint32(at + 2, true);
    if (length < 21) break;
    const covered = 21 + view.getUint8(at + 20) + dataBytes(view, at);
    if (view.getUint8(at) !== 1)
      found.push({ name: "key", offset: at, length, seal: sealPlain(12, covered) });
    at += length;
  }
  return found;
}

/** By the key's type, or the 12 bytes of a pointer to a file object. */
function dataBytes(view: DataView, at: number): number {
  if ((view.getUint8(at + 1) & 1) === 1) return 12;
  const inline = 4 + view.getUint32(at + 21 + view.getUint8(at + 20), true);
  return { 3: 8, 4: 8, 5: 8, 6: inline, 7: inline, 8: 4, 9: 12 }[view.getUint8(at)] ?? 0;
}

/** What happens to an input before a reader gets it. */
async function mutate(source: MutatedSource, from: Seeded, random: SeededEntropy): Promise<void> {
  const kind = random.below(10);
  if (kind < 6) {
    for (let n = 1 + random.below(2); n > 0; n--) await mutateStructure(source, from.structures, random);
  } else if (kind === 6) {
    source.sizeBytes =
      random.below(2) === 0 ? random.below(source.sizeBytes) : source.sizeBytes - random.below(5000);
  } else if (kind === 7) {
    const wide = random.below(3) === 0 ? source.sizeBytes : Math.min(source.sizeBytes, 400_000);
    for (let n = 1 + random.below(20); n > 0; n--) source.patch(random.bytes(1), random.below(wide));
  } else if (kind === 8) {
    const length = Math.min(source.sizeBytes, 1 + random.below(5000));
    const bytes = await source.peek(random.below(source.sizeBytes - length + 1), length);
    source.patch(bytes, random.below(source.sizeBytes - length + 1));
  } else {
    const { offset, length } = from.structures[random.below(from.structures.length)] as Structure;
    if (offset + length > source.sizeBytes) return;
    const at = offset + random.below(length);
    source.patch(nastyField(await source.peek(at, Math.min(8, source.sizeBytes - at)), random), at);
  }
  if (random.below(20) === 0) source.sizeBytes += random.below(2_000_000);
}

for (const target of TARGETS) {
  const total = target.inputs * TIMES;
  describe(target.format, needs("samples"), () => {
    test(`survives ${total} mutated files (seed ${SEED})`, { timeout: 240_000 * TIMES }, async () => {
      const samples = await target.samples();
      const outcome = new Map<string, number>();
      let largest = 0;
      let mostGrown = 0;
      const numbers = ONLY === undefined ? Array(total).keys() : [Number(ONLY)];
      for (const number of numbers) {
        const random = new SeededEntropy(SEED + 7919 * number);
        const from = samples[random.below(samples.length)] as Seeded;
        const source = new MutatedSource(from.base, LARGEST_READ);
        await mutate(source, from, random);
        const started = performance.now();
        const buffersBefore = process.memoryUsage().arrayBuffers;
        let result = "read";
        try {
          await target.use(source, random);
        } catch (error) {
          if (!(error instanceof StillpointError) || error.code === "internal") {
            throw new Error(`input ${number} of seed ${SEED}, ${from.name}, ${source.describe()}`, {
              cause: error,
            });
          }
          result = error.code;
        }
        const tookMs = performance.now() - started;
        assert.ok(
          tookMs < LONGEST_MS,
          `input ${number} of seed ${SEED} took ${tookMs} ms: ${source.describe()}`,
        );
        const grown = process.memoryUsage().arrayBuffers - buffersBefore;
        assert.ok(
          grown < LARGEST_GROWTH,
          `input ${number} of seed ${SEED} took ${grown} bytes of buffers: ${source.describe()}`,
        );
        mostGrown = Math.max(mostGrown, grown);
        outcome.set(result, (outcome.get(result) ?? 0) + 1);
        largest = Math.max(largest, source.largestSeen);
      }
      console.log(
        `${target.format}, largest read ${largest}, most grown ${mostGrown}:`,
        Object.fromEntries(outcome),
      );
      if (ONLY !== undefined) return;
      // mutations that never get past the first check prove little
      assert.ok((outcome.get("read") ?? 0) > total / 20, "hardly any input was read");
      assert.ok(outcome.size > 4, "hardly any check was reached");
    });
  });
}
