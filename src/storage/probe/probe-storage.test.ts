import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FakeClock, SeededEntropy } from "../../base/testing/index.ts";
import {
  StorageDeniedError,
  StorageObjectExistsError,
  StorageUnreachableError,
  StorageUnsuitableError,
} from "../errors.ts";
import type { WantedRange } from "../object-range.ts";
import type { Storage, StoredObject } from "../storage.ts";
import { FaultyStorage, MemoryStorage } from "../testing/index.ts";
import type { ProbeScratch } from "./probe-scratch.ts";
import { probeStorage, requireSuitable } from "./probe-storage.ts";

const SEED = 11;
const options = () => ({ clock: new FakeClock(), entropy: new RepeatingEntropy(SEED) });

/** Many bytes at little cost. */
class RepeatingEntropy extends SeededEntropy {
  override bytes(length: number): Uint8Array {
    return Uint8Array.from(Buffer.alloc(length, super.bytes(Math.min(length, 1_000))));
  }
}

function scratchOf(one: Storage, other: Storage = one): ProbeScratch & { readonly calls: string[] } {
  const calls: string[] = [];
  return {
    location: "there",
    one,
    other,
    calls,
    facts: async () => await Promise.resolve({ versioning: "off" }),
    async remove() {
      calls.push("remove");
      for await (const { name } of one.list("")) await one.delete(name);
      return 0;
    },
    async [Symbol.asyncDispose]() {
      calls.push("close");
      await Promise.resolve();
    },
  };
}

/** Takes a name that is taken. */
class Overwriting extends MemoryStorage {
  override async put(name: string, parts: readonly Uint8Array[]): Promise<void> {
    await Promise.resolve();
    this.replace(name, Buffer.concat(parts));
  }
}

/** Looks before it puts, and lets others in meanwhile. */
class Racing extends Overwriting {
  override async put(name: string, parts: readonly Uint8Array[]): Promise<void> {
    if (this.names().includes(name)) throw new StorageObjectExistsError(`Cannot write "${name}": taken`);
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    await super.put(name, parts);
  }
}

/** Gives whole objects where parts are wanted. */
class Careless extends MemoryStorage {
  override async get(name: string, _: WantedRange = {}): Promise<Uint8Array> {
    return await super.get(name);
  }
}

/** Lists what was there before the last change. */
class Stale extends MemoryStorage {
  #before: string[] = [];

  override async put(name: string, parts: readonly Uint8Array[]): Promise<void> {
    this.#before = this.names();
    await super.put(name, parts);
  }

  override async *list(prefix: string): AsyncIterable<StoredObject> {
    for await (const object of super.list(prefix)) if (this.#before.includes(object.name)) yield object;
  }
}

/** Says that it deleted. */
class Keeping extends MemoryStorage {
  override async delete(): Promise<void> {
    await Promise.resolve();
  }
}

async function failedChecks(store: Storage, other?: Storage): Promise<string[]> {
  const report = await probeStorage(scratchOf(store, other), options());
  return report.findings.flatMap(({ name, fault }) => (fault === undefined ? [] : [name]));
}

describe(`probeStorage() (seed ${SEED})`, () => {
  test("finds nothing wrong with a good store, and leaves nothing there", async () => {
    const store = new MemoryStorage();
    const scratch = scratchOf(store);
    const report = await probeStorage(scratch, options());
    assert.deepEqual(
      report.findings.filter(({ fault }) => fault !== undefined),
      [],
    );
    assert.deepEqual([report.suitable, report.leftBehind, report.facts], [true, 0, { versioning: "off" }]);
    assert.deepEqual(store.names(), []);
    assert.deepEqual(scratch.calls, ["remove", "close"]);
  });

  test("tells what each bad store does wrong", async () => {
    assert.deepEqual(await failedChecks(new Overwriting()), ["never-overwrites", "conditional-create"]);
    assert.deepEqual(await failedChecks(new Careless()), ["range-reads"]);
    assert.deepEqual(await failedChecks(new Stale()), ["list-after-write"]);
    assert.deepEqual(await failedChecks(new Keeping()), ["delete"]);
  });

  test("sees that another connection reads late", async () => {
    const failed = await failedChecks(new MemoryStorage(), new MemoryStorage());
    assert.ok(failed.includes("read-after-write"));
  });

  test("takes a store that cannot tell two writers apart, and says so", async () => {
    const report = await probeStorage(scratchOf(new Racing()), options());
    const found = report.findings.filter(({ fault }) => fault !== undefined);
    assert.deepEqual(
      found.map(({ name, fault }) => [name, fault]),
      [["conditional-create", "16 of 16 writers believe that they won"]],
    );
    assert.equal(report.suitable, true);
  });

  test("takes a store that lets nobody delete, and says so", async () => {
    const refused = (): Error => new StorageDeniedError("Cannot delete: denied");
    const store = new FaultyStorage(new MemoryStorage(), [
      { on: "delete", effect: { kind: "fail", error: refused }, times: 2 },
    ]);
    const report = await probeStorage(scratchOf(store), options());
    assert.deepEqual(
      report.findings.flatMap(({ name, fault }) => (fault === undefined ? [] : [name])),
      ["delete-allowed"],
    );
    assert.equal(report.suitable, true);
  });

  test("is not the one to judge a store that does not answer", async () => {
    const lost = (): Error => new StorageUnreachableError("Cannot reach the store: the line is lost");
    const store = new FaultyStorage(new MemoryStorage(), [
      { on: "put", effect: { kind: "fail", error: lost } },
    ]);
    const scratch = scratchOf(store);
    await assert.rejects(probeStorage(scratch, options()), StorageUnreachableError);
    assert.deepEqual(scratch.calls, ["close"]);
  });
});

describe("requireSuitable()", () => {
  test("passes a good store with few calls and little data", async () => {
    const store = new MemoryStorage();
    let most = 0;
    const watched = new FaultyStorage(store, [
      {
        on: "put",
        times: 999,
        effect: { kind: "call-before", act: () => void (most = Math.max(most, store.usedBytes)) },
      },
    ]);
    await requireSuitable(scratchOf(watched), options());
    assert.deepEqual(store.names(), []);
    assert.ok(most < 20_000, `${most} bytes`);
  });

  test("refuses a store that a vault would be lost in, and says why", async () => {
    await assert.rejects(requireSuitable(scratchOf(new Overwriting()), options()), (error) => {
      assert.ok(error instanceof StorageUnsuitableError);
      assert.deepEqual(error.failed, ["never-overwrites"]);
      assert.equal(
        error.message,
        'Cannot keep a vault at "there": a second put of a name was taken (never-overwrites)',
      );
      return true;
    });
  });
});
