import assert from "node:assert/strict";
import { test } from "node:test";
import { manifest, needs, readSample } from "../../../test/testing/oracles.ts";
import { ZERO_GUID } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import { diskDigest, SparseMemoryStore } from "../../disk/testing/index.ts";
import { checkVhdx } from "./check-vhdx.ts";
import { openVhdx } from "./open-vhdx.ts";
import { openVhdxForWriting } from "./vhdx-writer.ts";

const SAMPLE = "qemu16-dirtylog-10g.vhdx.zst";

test("`openVhdxForWriting()` replays a real dirty log into the file", needs("samples"), async () => {
  const store = new SparseMemoryStore(readSample(SAMPLE));
  const before = await openVhdx(store.clone());
  assert.equal(before.facts.logReplayed, true);
  {
    await using disk = await openVhdxForWriting(store, { entropy: new SeededEntropy(1) });
    assert.equal(disk.facts.logReplayed, false);
  }
  await using after = await openVhdx(store);
  assert.equal(after.structure.logGuid, ZERO_GUID);
  assert.notEqual(after.facts.fileWriteGuid, before.facts.fileWriteGuid);
  // what the guest sees is the same, so the content keeps its identity
  assert.equal(after.facts.dataWriteGuid, before.facts.dataWriteGuid);
  const expected = manifest().find((sample) => sample["file"] === SAMPLE)?.["content"] as Record<
    string,
    unknown
  >;
  assert.deepEqual(await diskDigest(after.disk()), {
    sizeBytes: expected["size"],
    nonzeroWindows: expected["nonzero_64k_blocks"],
    nonzeroSha256: expected["nonzero_64k_digest"],
  });
  for await (const finding of checkVhdx(store)) assert.notEqual(finding.severity, "damage", finding.message);
});

test(
  "`openVhdxForWriting()` leaves a file alone whose log cannot be replayed",
  needs("samples"),
  async () => {
    const store = new SparseMemoryStore(readSample(SAMPLE));
    await store.write(Uint8Array.of(1, 2, 3), 1024 * 1024 + 0xc000 + 5000);
    const before = store.clone();
    await assert.rejects(openVhdxForWriting(store, { entropy: new SeededEntropy(1) }), {
      code: "vhdx-log-corrupt",
    });
    assert.equal(store.sizeBytes, before.sizeBytes);
    assert.deepEqual([...store.pages()], [...before.pages()]);
  },
);
