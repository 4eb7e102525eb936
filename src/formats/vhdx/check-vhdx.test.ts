import assert from "node:assert/strict";
import { test } from "node:test";
import { needs, readSample } from "../../../test/testing/oracles.ts";
import { guid, InterruptedError, MIB } from "../../base/index.ts";
import { MemoryStore } from "../../disk/index.ts";
import { SparseMemoryStore } from "../../disk/testing/index.ts";
import { PayloadState } from "./block-entry.ts";
import { checkVhdx, MAX_FINDINGS } from "./check-vhdx.ts";
import {
  goodItems,
  goodRegions,
  SPELLED,
  type SpelledVhdx,
  spellRegionTable,
  spellVhdx,
} from "./testing/index.ts";

const UNKNOWN = guid("55555555-5555-4555-8555-555555555555");
const AT = SPELLED.blocks;
const full = (index: number, fileOffset: number) => ({ index, state: PayloadState.fullyPresent, fileOffset });
const locator = { parent_linkage: "{33333333-3333-4333-8333-333333333333}" };

async function codes(spelled: SpelledVhdx): Promise<string[]> {
  const findings = await Array.fromAsync(checkVhdx(await spellVhdx(spelled)));
  for (const finding of findings) assert.match(finding.message, /^[A-Z].*[^.]$/);
  return findings.map((finding) => finding.code);
}

test("`checkVhdx()` finds nothing in a good file, and leaves the source open", async () => {
  assert.deepEqual(await codes({ entries: [full(0, AT), full(1, AT + MIB)] }), []);
  let disposals = 0;
  const store = await spellVhdx();
  const source = {
    sizeBytes: store.sizeBytes,
    read: async (target: Uint8Array, offset: number) => await store.read(target, offset),
    [Symbol.asyncDispose]: async () => {
      disposals += 1;
    },
  };
  assert.deepEqual(await Array.fromAsync(checkVhdx(source)), []);
  assert.equal(disposals, 0);
});

test("`checkVhdx()` names what is wrong with one copy, and with one entry", async () => {
  const wrong = Uint8Array.of(1);
  const cases: Record<string, SpelledVhdx> = {
    "header-copy-damaged": { patches: [{ offset: 0x20000 + 4000, bytes: wrong }] },
    "region-table-copy-damaged": { patches: [{ offset: 0x30000 + 60000, bytes: wrong }] },
    "region-tables-differ": {
      patches: [{ offset: 0x40000, bytes: spellRegionTable(goodRegions().toReversed()) }],
    },
    "unknown-region": {
      regions: [...goodRegions(), { regionId: UNKNOWN, fileOffset: 5 * MIB, length: MIB, flags: 0 }],
    },
    "unknown-metadata-item": { items: [...goodItems(), { itemId: UNKNOWN, flags: 0, bytes: wrong }] },
    "file-length-odd": { sizeBytes: 16 * MIB + 1 },
    "reserved-bits-set": { patches: [{ offset: SPELLED.blockTable, bytes: Uint8Array.of(8) }] },
    "block-state-unknown": { entries: [{ index: 0, state: 5 }] },
    "block-outside-file": { entries: [full(0, 16 * MIB)] },
    "blocks-overlap": { entries: [full(0, AT), full(1, AT)] },
    "sector-bitmap-missing": {
      locator,
      entries: [{ index: 3, state: PayloadState.partiallyPresent, fileOffset: AT }],
    },
    "vhdx-block-table-corrupt": { virtualSizeBytes: 2 ** 40 },
    "vhdx-unsupported": { header: { version: 2 } },
  };
  for (const [code, spelled] of Object.entries(cases)) assert.deepEqual(await codes(spelled), [code]);
});

test("`checkVhdx()` sees blocks over regions, over bitmaps, and unmapped blocks that keep shared space", async () => {
  assert.deepEqual(await codes({ entries: [full(0, SPELLED.log), full(1, SPELLED.metadata)] }), [
    "blocks-overlap",
    "blocks-overlap",
  ]);
  const unmapped = { index: 1, state: PayloadState.unmapped, fileOffset: AT };
  assert.deepEqual(await codes({ entries: [full(0, AT), unmapped] }), ["blocks-overlap"]);
  const bitmap = { index: 4096, state: 6, fileOffset: AT };
  assert.deepEqual(await codes({ locator, entries: [full(0, AT), bitmap] }), ["blocks-overlap"]);
  assert.deepEqual(await codes({ locator, entries: [{ ...bitmap, state: 3 }] }), ["block-state-unknown"]);
});

test("`checkVhdx()` says more than one thing of a file with both headers damaged", async () => {
  const wrong = Uint8Array.of(1);
  const patches = [0x10000, 0x20000].map((offset) => ({ offset: offset + 4000, bytes: wrong }));
  assert.deepEqual(await codes({ patches }), [
    "header-copy-damaged",
    "header-copy-damaged",
    "vhdx-header-corrupt",
  ]);
});

test("`checkVhdx()` gives one finding for what is no VHDX at all", async () => {
  const findings = await Array.fromAsync(checkVhdx(new MemoryStore(new Uint8Array(100))));
  assert.deepEqual(
    findings.map((finding) => finding.code),
    ["vhdx-not-recognised"],
  );
});

test("`checkVhdx()` stops counting at its limit", async () => {
  const entries = Array.from({ length: 1100 }, (_, index) => ({ index, state: 4 }));
  const found = await codes({ virtualSizeBytes: 1100 * MIB, entries });
  assert.equal(found.length, MAX_FINDINGS + 1);
  assert.equal(found.at(-1), "findings-cut-off");
});

test("`checkVhdx()` lets errors of the source through, and interruptions", async () => {
  const store = await spellVhdx();
  const broken = {
    sizeBytes: store.sizeBytes + MIB,
    read: async (target: Uint8Array, offset: number) => {
      if (offset === SPELLED.metadata) throw new RangeError("the disk is gone");
      await store.read(target, offset);
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
  await assert.rejects(Array.fromAsync(checkVhdx(broken)), RangeError);
  await assert.rejects(Array.fromAsync(checkVhdx(store, { signal: AbortSignal.abort() })), InterruptedError);
});

test(
  "`checkVhdx()` finds no damage in files of Windows, and the open log of QEMU's",
  needs("samples"),
  async () => {
    const found = async (name: string) =>
      (await Array.fromAsync(checkVhdx(new SparseMemoryStore(readSample(name))))).map(
        (finding) => finding.code,
      );
    assert.deepEqual(await found("win10-swap.vhdx.gz"), []);
    assert.deepEqual(await found("hyperv-fixed.vhdx.gz"), []);
    assert.deepEqual(await found("win2012-dynamic-1g.vhdx.zst"), []);
    assert.deepEqual(await found("synthetic-diff-child.avhdx.zst"), []);
    assert.deepEqual(await found("qemu16-dirtylog-10g.vhdx.zst"), ["log-not-empty"]);
  },
);
