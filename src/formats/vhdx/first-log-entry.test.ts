/*
 * The order of a session's first log entry and its LogGuid (docs/unconfirmed.md, vhdx-first-log-entry), each with a crash
 * between the two.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MIB, newGuid, ZERO_GUID } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import { MemoryStore, readBytes } from "../../disk/index.ts";
import { createVhdx } from "./create-vhdx.ts";
import { EditSession } from "./edit-session.ts";
import { HeaderWriter } from "./header-writer.ts";
import { openVhdx } from "./open-vhdx.ts";

const entropy = new SeededEntropy(22);
const LOG = { offset: MIB, length: MIB };
const PLACE = 3 * MIB;

/** Dies when a header is to be written after the log. */
class DyingStore extends MemoryStore {
  #hasLogged = false;

  override async write(bytes: Uint8Array, offset: number): Promise<void> {
    if (offset < MIB && this.#hasLogged) throw new Error("power failure");
    if (offset >= LOG.offset && offset < LOG.offset + LOG.length) this.#hasLogged = true;
    await super.write(bytes, offset);
  }
}

describe("a crash between the first log entry and its LogGuid", () => {
  test("vhdx-first-log-entry: in our order it leaves a LogGuid of zero, and the disk opens as it was", async () => {
    const made = new MemoryStore();
    await createVhdx(made, { kind: "dynamic", virtualSizeBytes: MIB, entropy });
    const before = await readBytes(made, PLACE, 4096);
    const store = new DyingStore(made.toBytes());
    const session = await EditSession.open({ store, log: LOG, entropy });
    await session.beginStructureChange();
    await session.sectors.change(PLACE, Uint8Array.of(1));
    await assert.rejects(session.commit(), /power failure/);
    const left = new MemoryStore(store.toBytes());
    assert.ok(
      (await readBytes(left, LOG.offset, 4)).some((byte) => byte !== 0),
      "the entry is there",
    );
    await using disk = await openVhdx(left);
    assert.equal(disk.structure.logGuid, ZERO_GUID);
    assert.deepEqual(await readBytes(new MemoryStore(store.toBytes()), PLACE, 4096), before);
  });

  test("vhdx-first-log-entry: in the order of [MS-VHDX] 2.2.2 the strict reader refuses what it leaves, the lenient one says what it read past", async () => {
    const store = new MemoryStore();
    await createVhdx(store, { kind: "dynamic", virtualSizeBytes: MIB, entropy });
    await (await HeaderWriter.open(store)).update({ logGuid: newGuid(entropy) });
    await assert.rejects(openVhdx(new MemoryStore(store.toBytes())), { code: "vhdx-log-corrupt" });
    await using disk = await openVhdx(new MemoryStore(store.toBytes()), { lenient: true });
    assert.deepEqual(
      disk.ignoredDamage.map(({ code }) => code),
      ["vhdx-log-corrupt"],
    );
  });
});
