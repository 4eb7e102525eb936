import assert from "node:assert/strict";
import { test } from "node:test";
import { hasSamples, manifest, needs, readSample } from "../../../test/testing/oracles.ts";
import { GIB } from "../../base/index.ts";
import { diskDigest, diskSha256, SparseMemoryStore } from "../../disk/testing/index.ts";
import { openVhdx } from "./open-vhdx.ts";

interface Sample {
  readonly name: string;
  readonly file: string;
  readonly facts: Readonly<Record<string, unknown>> & {
    readonly headers: readonly { readonly sequence: string; readonly valid: boolean }[];
  };
  readonly content?: {
    readonly size: number;
    readonly sha256: string;
    readonly nonzero_64k_blocks: number;
    readonly nonzero_64k_digest: string;
  };
}

const samples = hasSamples ? (manifest() as readonly unknown[] as readonly Sample[]) : [];
const vhdx = samples.filter((sample) => /\.a?vhdx\./.test(sample.file));

test("there are samples to compare with", needs("samples"), () => {
  assert.ok(vhdx.length >= 10, `only ${vhdx.length} VHDX samples`);
});

for (const sample of vhdx) {
  test(`${sample.name}: facts are those that other programs found`, async () => {
    await using file = await openVhdx(new SparseMemoryStore(readSample(sample.file)));
    const { facts } = sample;
    const kinds = facts["leave_blocks_allocated"] === true ? "fixed" : "dynamic";
    assert.deepEqual(
      { ...file.facts, headerSequenceNumber: undefined, logReplayed: undefined },
      {
        kind: facts["has_parent"] === true ? "differencing" : kinds,
        virtualSizeBytes: facts["virtual_size"],
        blockSizeBytes: facts["block_size"],
        logicalSectorBytes: facts["logical_sector_size"],
        physicalSectorBytes: facts["physical_sector_size"],
        virtualDiskId: facts["virtual_disk_id"],
        fileWriteGuid: facts["file_write_guid"],
        dataWriteGuid: facts["data_write_guid"],
        creator: facts["creator"],
        headerSequenceNumber: undefined,
        logReplayed: undefined,
      },
    );
    const numbers = facts.headers.filter((header) => header.valid).map((header) => BigInt(header.sequence));
    assert.equal(
      file.facts.headerSequenceNumber,
      numbers.reduce((a, b) => (a > b ? a : b)),
    );
    assert.equal(file.facts.logReplayed, facts["log_guid"] !== "00000000-0000-0000-0000-000000000000");
  });

  const { content } = sample;
  if (content === undefined || sample.facts["has_parent"] === true) continue;
  test(`${sample.name}: the content is what other programs read`, async () => {
    await using file = await openVhdx(new SparseMemoryStore(readSample(sample.file)));
    const disk = file.disk();
    assert.deepEqual(await diskDigest(disk), {
      sizeBytes: content.size,
      nonzeroWindows: content.nonzero_64k_blocks,
      nonzeroSha256: content.nonzero_64k_digest,
    });
    if (content.size <= GIB) assert.equal(await diskSha256(disk), content.sha256);
  });
}
