import assert from "node:assert/strict";
import { test } from "node:test";
import { guid, type RestorePointId } from "../../base/index.ts";
import { PointNotFoundError, type RestorePoint, VaultDamagedError } from "../../vault/index.ts";
import { draftOf } from "../../vault/testing/index.ts";
import { pointsWanted } from "./points-wanted.ts";

const signal = new AbortController().signal;
const MACHINES = {
  web01: guid("00000000-0000-0000-0000-0000000000a1"),
  db01: guid("00000000-0000-0000-0000-0000000000b1"),
};

/** A restore point by the time's number, or the damage of one. */
function point(machine: keyof typeof MACHINES, at: number): RestorePoint {
  const id = String(at).repeat(32) as RestorePointId;
  const draft = draftOf([], { id: MACHINES[machine], name: machine });
  return { ...draft, id, time: `2026-01-0${at}T00:00:00Z`, bytes: 0, vault: MACHINES.web01 };
}

function damage(at: number): VaultDamagedError {
  return new VaultDamagedError(`points/00000000000${at}-${String(at).repeat(32)}`, "it is cut off");
}

/** A vault that has these, oldest first, and counts how often all are listed. */
class Listing {
  readonly #all: readonly (RestorePoint | VaultDamagedError)[];
  listings = 0;
  readonly asked: string[] = [];

  constructor(all: readonly (RestorePoint | VaultDamagedError)[]) {
    this.#all = all;
  }

  async *points({
    onDamaged,
  }: {
    readonly onDamaged?: ((damage: VaultDamagedError) => void) | undefined;
  } = {}) {
    this.listings++;
    for (const one of this.#all) {
      if (one instanceof VaultDamagedError) onDamaged?.(one);
      else yield one;
    }
  }

  readonly readPoint = async ({ id }: { readonly id: string }): Promise<RestorePoint | undefined> =>
    this.#all.find((one): one is RestorePoint => !(one instanceof VaultDamagedError) && one.id === id);

  async findPoint(selector: string): Promise<RestorePoint> {
    this.asked.push(selector);
    const found = await this.readPoint({ id: selector });
    if (found === undefined) throw new PointNotFoundError(`Cannot find "${selector}"`);
    return found;
  }
}

const ids = (points: readonly { readonly id: string }[]): string => points.map(({ id }) => id[0]).join("");

test("`pointsWanted()` finds the newest of every machine, and of several by name, with one listing", async () => {
  const vault = new Listing([point("web01", 1), point("db01", 2), point("web01", 3), point("web01", 4)]);
  const all = await pointsWanted(vault, { allLatest: true }, signal);
  assert.deepEqual([ids(all.points), all.unreadable, vault.listings], ["24", [], 1]);
  const selectors = ["latest:WEB01", `latest:${MACHINES.db01.toUpperCase()}`, "1".repeat(32), "latest:web01"];
  const some = await pointsWanted(vault, { points: selectors }, signal);
  assert.deepEqual([ids(some.points), vault.listings, vault.asked], ["421", 2, ["1".repeat(32)]]);
});

test("`pointsWanted()` lists nothing for ids, and leaves what it does not find to the vault to refuse", async () => {
  const vault = new Listing([point("web01", 1)]);
  await pointsWanted(vault, { points: ["1".repeat(32), "1".repeat(32)] }, signal);
  assert.equal(vault.listings, 0);
  const unknown = pointsWanted(vault, { points: ["latest:web01", "latest:nobody"] }, signal);
  await assert.rejects(unknown, { name: PointNotFoundError.name, message: /latest:nobody/ });
  await assert.rejects(pointsWanted(new Listing([]), { allLatest: true }, signal), PointNotFoundError);
});

test("`pointsWanted()` names what cannot be read where it may be what was meant: all, or what is newer", async () => {
  const vault = new Listing([damage(1), point("web01", 2), damage(3), point("db01", 4)]);
  const all = await pointsWanted(vault, { allLatest: true }, signal);
  assert.deepEqual([ids(all.points), ids(all.unreadable)], ["42", "13"]);
  const both = await pointsWanted(vault, { points: ["latest:web01", "latest:db01"] }, signal);
  assert.deepEqual([ids(both.points), ids(both.unreadable)], ["24", "3"]);
  const later = await pointsWanted(vault, { points: ["latest:db01", `latest:${MACHINES.db01}`] }, signal);
  assert.deepEqual([ids(later.points), ids(later.unreadable)], ["4", ""]);
});
