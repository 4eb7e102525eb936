import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MIB } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import { MemoryStore } from "../../disk/index.ts";
import { createVhdx } from "./create-vhdx.ts";
import { EditSession } from "./edit-session.ts";

const entropy = new SeededEntropy(16);
const LOG = { offset: MIB, length: MIB };

/** Says what was written where, in words of the file's layout. */
class NamingStore extends MemoryStore {
  readonly acts: string[] = [];

  override async write(bytes: Uint8Array, offset: number): Promise<void> {
    this.acts.push(offset < MIB ? "header" : offset < 2 * MIB ? "log" : "structure");
    await super.write(bytes, offset);
  }

  override async flush(): Promise<void> {
    if (this.acts.at(-1) !== "flush") this.acts.push("flush");
    await super.flush();
  }
}

async function opened(): Promise<{ store: NamingStore; session: EditSession }> {
  const store = new NamingStore();
  await createVhdx(store, { kind: "dynamic", virtualSizeBytes: MIB, entropy });
  store.acts.length = 0;
  return { store, session: await EditSession.open({ store, log: LOG, entropy }) };
}

const BOTH_HEADERS = ["header", "flush", "header", "flush"];
/** The log becomes valid with its first entry, and only then is anything overwritten. */
const FIRST_COMMIT = ["log", "flush", ...BOTH_HEADERS, "structure", "flush"];
const COMMIT = ["log", "flush", "structure", "flush"];

describe("`EditSession`", () => {
  test("writes header, log and structures in the order that a crash needs", async () => {
    const { store, session } = await opened();
    await session.beginStructureChange();
    await session.sectors.change(3 * MIB, Uint8Array.of(1));
    await session.commit();
    await session.sectors.change(3 * MIB, Uint8Array.of(2));
    await session.commit();
    await session.close();
    assert.deepEqual(store.acts, [
      "flush",
      ...BOTH_HEADERS, // the file's new identity
      ...FIRST_COMMIT,
      ...COMMIT,
      ...BOTH_HEADERS, // the log is empty
    ]);
  });

  test("writes nothing at all when nothing changes", async () => {
    const { store, session } = await opened();
    await session.commit();
    await session.close();
    assert.deepEqual(store.acts, ["flush"]);
  });

  test("goes on where it was when the log could not be written", async () => {
    const { store, session } = await opened();
    await session.beginDataChange();
    await session.sectors.change(3 * MIB + 100, Uint8Array.of(7));
    const write = store.write.bind(store);
    store.write = async () => await Promise.reject(new TypeError("the cable"));
    await assert.rejects(session.commit(), TypeError);
    store.write = write;
    await session.close();
    assert.equal(store.toBytes()[3 * MIB + 100], 7);
  });

  test("refuses to change structures of a file without a log", async () => {
    const { store } = await opened();
    const session = await EditSession.open({ store, log: undefined, entropy });
    await session.beginDataChange();
    await session.sectors.change(3 * MIB, Uint8Array.of(1));
    await assert.rejects(session.commit(), { code: "vhdx-not-writable" });
  });
});
