import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { StillpointError } from "../../src/base/index.ts";
import { type ScrubReport, scrubVault, type Vault } from "../../src/vault/index.ts";
import { bringBack, openSmallVault } from "../../src/vault/testing/index.ts";
import type { FullVault } from "./full-vault.ts";
import { heal } from "./heal.ts";

const NAMED_BY_CONTENT = /^(packs|index|keys)\//;

/** What was done to a vault's objects, and which ones are not what they were. */
export interface Damage {
  readonly what: string;
  readonly objects: readonly string[];
}

/**
 * `verify` names every object that was changed, and `scrub` each of them that is named by its content. What is doomed already
 * verify may leave alone: nobody relies on it.
 */
export async function assertFound(vault: Vault, full: FullVault, damage: Damage): Promise<void> {
  const { damaged, sidecars } = await vault.verify({ readDataPercent: 100 });
  const verified = new Set([...damaged.map(({ object }) => object), ...toldSidecars(sidecars)]);
  const named = damage.objects.filter((object) => NAMED_BY_CONTENT.test(object));
  const isScrubbed = damage.objects.some((object) => NAMED_BY_CONTENT.test(object) || isSidecar(object));
  const report = isScrubbed ? await scrubVault({ storage: full.storage }) : undefined;
  const scrubbed = new Set([
    ...(report?.damaged.map(({ object }) => object) ?? []),
    ...toldSidecars(report?.sidecars),
  ]);
  for (const object of damage.objects) {
    const isFound = verified.has(object) || (full.doomed.has(object) && scrubbed.has(object));
    assert.ok(isFound, `verify misses ${damage.what} (${object})`);
  }
  for (const object of named) assert.ok(scrubbed.has(object), `scrub misses ${damage.what} (${object})`);
}

/**
 * A program that knows nothing of it opens the vault and brings everything back: what it gives is right, and whatever it refuses
 * has a code. Says how many files came back.
 */
export async function assertNothingWrongRestored(full: FullVault, damage: Damage): Promise<number> {
  const vault = await codedOr(damage, async () => await openSmallVault(full.storage));
  if (vault === undefined) return 0;
  await using _ = vault;
  let restored = 0;
  for (const { point, digests } of full.promised) {
    await codedOr(damage, async () => {
      for (const file of (await vault.findPoint(point.id)).files) {
        const digest: string = hash("sha256", await bringBack(vault, file));
        assert.equal(digest, digests[file.path], `${file.path} was restored wrong: ${damage.what}`);
        restored++;
      }
    });
  }
  await codedOr(damage, async () => {
    for await (const { id, machine } of vault.points()) {
      const isKnown = full.promised.some(({ point }) => point.id === id) || id === full.trashed;
      assert.ok(isKnown && machine.name === "web01", `a restore point that never was: ${damage.what}`);
    }
  });
  return restored;
}

/** A prune of the damaged vault refuses with a code; or what it leaves comes back right, or is told as damaged. */
export async function assertPruneLaundersNothing(full: FullVault, damage: Damage): Promise<void> {
  const copy = { ...full, storage: full.storage.clone() };
  const what = `${damage.what}, then a prune`;
  await codedOr(damage, async () => {
    await using vault = await openSmallVault(copy.storage);
    await vault.prune({ moveBelow: 1, staleAfterMs: -Number.MAX_SAFE_INTEGER });
  });
  const restored = await assertNothingWrongRestored(copy, { ...damage, what });
  const files = full.promised.flatMap(({ digests }) => Object.keys(digests)).length;
  if (restored === files) return;
  await codedOr(damage, async () => {
    await using vault = await openSmallVault(copy.storage);
    const { damaged } = await vault.verify({ readDataPercent: 100 });
    assert.ok(
      damaged.length > 0,
      `verify tells nothing, and ${restored} of ${files} files come back: ${what}`,
    );
  });
}

/** What one flipped bit of a pack or a segment damages a repair makes good, where there are sidecars; then all comes back. */
export async function assertMends(full: FullVault, damage: Damage): Promise<void> {
  const isMendable = damage.objects.every((object) => /^(packs|parity|index)\//.test(object));
  const hasSidecars = full.storage.names().some(isSidecar);
  if (!isMendable || !hasSidecars) return;
  const storage = full.storage.clone();
  const lost = await heal(storage, { seed: 77 });
  assert.deepEqual(lost, [], damage.what);
  const files = full.promised.flatMap(({ digests }) => Object.keys(digests)).length;
  assert.equal(await assertNothingWrongRestored({ ...full, storage }, damage), files, damage.what);
  await using vault = await openSmallVault(storage);
  const { damaged, sidecars } = await vault.verify({ readDataPercent: 100 });
  assert.deepEqual([damaged, sidecars], [[], { missing: [], damaged: [] }], damage.what);
}

/** Reports name the packs. */
function toldSidecars(report: ScrubReport["sidecars"]): readonly string[] {
  return [...(report?.missing ?? []), ...(report?.damaged ?? [])].map((pack) =>
    pack.replace("packs/", "parity/"),
  );
}

function isSidecar(object: string): boolean {
  return object.startsWith("parity/");
}

/** Refusals of the vault and its storage have a code of theirs; anything else is a fault of the program. */
async function codedOr<T>(damage: Damage, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    if (error instanceof StillpointError && /^(vault|storage|prune)-/.test(error.code)) return undefined;
    throw new Error(`a refusal without a code: ${damage.what}`, { cause: error });
  }
}
