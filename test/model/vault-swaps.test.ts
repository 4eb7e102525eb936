import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { MemoryStorage } from "../../src/storage/testing/index.ts";
import type { Vault } from "../../src/vault/index.ts";
import { openSmallVault } from "../../src/vault/testing/index.ts";
import { type FullVault, fullVault } from "./full-vault.ts";
import { assertFound, assertNothingWrongRestored, assertPruneLaundersNothing } from "./judge-damage.ts";

const SEED = Number(process.env["STILLPOINT_SEED"] ?? 20261126);
/** A lease has no bytes: its name is all that it says. */
const isSealed = (name: string): boolean => !name.startsWith("leases/");

describe(`objects of a vault in each other's place (seed ${SEED})`, () => {
  let full: FullVault;
  let vault: Vault;
  let names: readonly string[];

  before(async () => {
    full = await fullVault(SEED);
    vault = await openSmallVault(full.storage);
    names = full.storage.names().filter(isSealed);
  });
  after(async () => {
    await vault[Symbol.asyncDispose]();
  });

  /** How many changes there were; a part of them is looked at more closely. */
  let looks = 0;

  async function lookAt(what: string, changes: ReadonlyMap<string, Uint8Array>): Promise<void> {
    const { storage } = full;
    const before = [...changes.keys()].map((name) => [name, peekOr(storage, name)] as const);
    for (const [name, bytes] of changes) storage.replace(name, bytes);
    const damage = { what, objects: [...changes.keys()] };
    looks++;
    try {
      await assertFound(vault, full, damage);
      if (looks % 4 === 0) await assertNothingWrongRestored(full, damage);
      if (looks % 16 === 0) await assertPruneLaundersNothing(full, damage);
    } finally {
      for (const [name, bytes] of before) storage.replace(name, bytes);
    }
  }

  test("any two that are swapped are both found", async () => {
    let count = 0;
    for (const [i, one] of names.entries()) {
      for (const other of names.slice(i + 1)) {
        const bytes = [full.storage.peek(one), full.storage.peek(other)] as const;
        const changes = new Map([
          [one, bytes[1]],
          [other, bytes[0]],
        ]);
        await lookAt(`${one} and ${other} are swapped`, changes);
        count++;
      }
    }
    assert.ok(count > 60, `${count} pairs`);
  });

  test("one that lies under a further name of its kind is found there", async () => {
    for (const name of names.filter((each) => each.includes("/"))) {
      const at = /^(packs\/..\/..|index\/|keys\/)/.exec(name)?.[0].length ?? name.length - 1;
      const copied = name.slice(0, at) + (name[at] === "7" ? "8" : "7") + name.slice(at + 1);
      await lookAt(`a copy of ${name} as ${copied}`, new Map([[copied, full.storage.peek(name)]]));
    }
  });

  test("a restore point, and an entry of the trash, under another time are found", async () => {
    for (const name of names.filter((each) => /^(points|trash|doomed)\//.test(each))) {
      const [kind, time, id] = name.split(/[/-]/) as [string, string, string];
      const moved = `${kind}/${(Number.parseInt(time, 16) - 1).toString(16).padStart(12, "0")}-${id}`;
      await lookAt(`a copy of ${name} as ${moved}`, new Map([[moved, full.storage.peek(name)]]));
    }
  });

  test("one of another vault of the same passphrase is found", async () => {
    const theirs = (await fullVault(SEED + 1)).storage;
    for (const name of theirs.names().filter((each) => isSealed(each) && !/^(config|keys\/)/.test(each))) {
      full.storage.replace(name, theirs.peek(name));
      const damaged = (await vault.verify({ readDataPercent: 100 })).damaged.map(({ object }) => object);
      assert.ok(damaged.includes(name), `verify misses ${name} of another vault`);
      await assertNothingWrongRestored(full, { what: `${name} of another vault`, objects: [name] });
      full.storage.replace(name, undefined);
    }
  });
});

function peekOr(storage: MemoryStorage, name: string): Uint8Array | undefined {
  return storage.names().includes(name) ? storage.peek(name) : undefined;
}
