import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { manifest, needs, readSample } from "../../../test/testing/oracles.ts";
import type { FileLayout } from "../../disk/index.ts";
import {
  CountingSource,
  diskDigest,
  diskSha256,
  joinedExtents,
  SparseMemoryStore,
} from "../../disk/testing/index.ts";
import { VhdChecksumError, VhdParentMissingError } from "./errors.ts";
import { openVhd } from "./vhd-file.ts";

interface Sample {
  readonly name: string;
  readonly file: string;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly content: Readonly<Record<string, unknown>>;
}

const samples = (): readonly Sample[] =>
  (manifest() as unknown as readonly Sample[]).filter((one) => /\.vhd\./.test(one.file));
const named = (name: string): Sample => {
  const found = samples().find((one) => one.name === name);
  assert.ok(found, name);
  return found;
};
const source = (sample: Sample): SparseMemoryStore => new SparseMemoryStore(readSample(sample.file));

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** The law of `FileLayout`, checked for any layout; gives the payload's bytes. */
async function checkedLayout(layout: FileLayout): Promise<number> {
  const payload = await collect(layout.payload());
  const segments = await collect(layout.segments());
  let at = 0;
  for (const segment of segments) {
    assert.equal(segment.offset, at);
    assert.ok(segment.length > 0);
    at += segment.length;
  }
  assert.equal(at, layout.sizeBytes);
  const inFileOrder = segments.filter((segment) => segment.kind === "payload");
  assert.deepEqual(
    inFileOrder.map(({ offset, length }) => [offset, length]),
    payload.map(({ fileOffset, length }) => [fileOffset, length]).sort((a, b) => Number(a[0]) - Number(b[0])),
  );
  const virtualOf = new Map(payload.map((extent) => [extent.fileOffset, extent.virtualOffset]));
  for (const segment of inFileOrder) {
    assert.ok(segment.cutOrigin >= 0);
    assert.equal(
      (((segment.offset - segment.cutOrigin) % 1048576) + 1048576) % 1048576,
      (virtualOf.get(segment.offset) ?? -1) % 1048576,
    );
  }
  for (const [n, extent] of payload.entries()) {
    const before = payload[n - 1];
    assert.ok(before === undefined || before.virtualOffset + before.length <= extent.virtualOffset);
  }
  return payload.reduce((sum, extent) => sum + extent.length, 0);
}

describe("`openVhd()`", needs("samples"), () => {
  for (const name of [
    "hyperv-fixed-vhd",
    "hyperv-dynamic-vhd",
    "d2v-zerofilled-vhd",
    "qemu53-ext2-vhd",
  ] as const) {
    test(`reads the content and the facts of ${name}`, async () => {
      const sample = named(name);
      const file = await openVhd(source(sample));
      assert.equal(file.facts.kind, sample.facts["type"]);
      assert.equal(file.facts.virtualSizeBytes, sample.facts["current_size"]);
      assert.equal(file.facts.blockSizeBytes, sample.facts["block_size"]);
      assert.equal(
        file.facts.created.epochMilliseconds,
        Date.UTC(2000, 0, 1) + 1000 * Number(sample.facts["timestamp_s_since_2000"]),
      );
      await using disk = file.disk();
      if (disk.sizeBytes < 20_000_000) assert.equal(await diskSha256(disk), sample.content["sha256"]);
      assert.deepEqual(await diskDigest(disk), {
        sizeBytes: sample.content["size"],
        nonzeroWindows: sample.content["nonzero_64k_blocks"],
        nonzeroSha256: sample.content["nonzero_64k_digest"],
      });
    });
  }

  for (const name of ["hyperv2012r2-dynamic-vhd", "virtualpc-dynamic-vhd"] as const) {
    test(`knows that ${name} is empty from its block table alone`, async () => {
      const counted = new CountingSource(source(named(name)));
      await using disk = (await openVhd(counted)).disk();
      counted.reads.length = 0;
      assert.deepEqual(await joinedExtents(disk), [{ offset: 0, length: 136_365_211_648, kind: "zero" }]);
      assert.equal(counted.readBytes, 65_024 * 4);
      counted.reads.length = 0;
      const target = new Uint8Array(1 << 20).fill(7);
      await disk.read(target, 100_000_000_001);
      assert.ok(target.every((byte) => byte === 0));
      assert.ok(counted.readBytes <= 65_536, "one page of the table answers");
    });
  }

  test("divides each sample into payload and the rest", async () => {
    for (const sample of samples()) {
      const file = await openVhd(source(sample), { lenient: true });
      const payload = await checkedLayout(file.layout());
      const blocks = sample.facts["allocated_blocks"];
      const size = Number(sample.facts["current_size"]);
      if (blocks === undefined) assert.equal(payload, size);
      else assert.ok(payload <= Number(blocks) * 2_097_152 && payload <= size);
      if (blocks !== undefined && Number(blocks) > 0) assert.ok(payload > (Number(blocks) - 1) * 2_097_152);
    }
  });

  test("refuses the pair with broken checksums and reads it when told to be lenient", async () => {
    const parentSample = named("vhd-diff-parent");
    const childSample = named("vhd-diff-child");
    await assert.rejects(openVhd(source(parentSample)), VhdChecksumError);
    await assert.rejects(openVhd(source(childSample)), VhdChecksumError);
    const parent = await openVhd(source(parentSample), { lenient: true });
    const child = await openVhd(source(childSample), { lenient: true });
    assert.equal(child.facts.kind, "differencing");
    assert.equal(child.facts.parent?.parentName, childSample.facts["parent_name"]);
    assert.equal(child.facts.parent?.parentId, parent.facts.uniqueId);
    assert.equal(await diskSha256(parent.disk()), parentSample.content["sha256"]);
    assert.equal(await diskSha256(child.disk(parent.disk())), childSample.content["sha256"]);
    assert.throws(() => child.disk(), VhdParentMissingError);
  });
});
