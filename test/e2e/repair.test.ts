import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import { type Said, Workplace } from "../testing/stillpoint.ts";

/** A vault with a restore point of a machine whose second file has these bytes. */
async function vaultOf(content: Uint8Array): Promise<Workplace> {
  const place = new Workplace();
  mkdirSync(place.path("exports/web01"), { recursive: true });
  writeFileSync(place.path("exports/web01/web01.vhdx"), new Uint8Array(4096).fill(7));
  writeFileSync(place.path("exports/web01/notes.bin"), content);
  await place.newVault();
  await backUp(place);
  return place;
}

async function backUp(place: Workplace): Promise<void> {
  const said = await place.run([
    "backup",
    "--host",
    `folder:${place.path("exports")}`,
    "--all",
    ...place.vault(),
  ]);
  assert.equal(said.code, 0, said.text);
}

/** The vault's largest pack, as an object and as a file. */
function largestPack(place: Workplace): { readonly object: string; readonly file: string } {
  const root = place.path("vault/packs");
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort((a, b) => statSync(b).size - statSync(a).size);
  const [file] = files;
  assert.ok(file !== undefined);
  return { file, object: `packs/${file.slice(root.length + 1).replaceAll("\\", "/")}` };
}

function flip(file: string, at: number): void {
  const bytes = readFileSync(file);
  const place = at < 0 ? bytes.length + at : at;
  bytes[place] = (bytes[place] as number) ^ 32;
  rmSync(file, { force: true });
  writeFileSync(file, bytes);
}

/** Restores into a new folder and holds the file against what it was, by a digest that this test computes. */
async function assertRestored(place: Workplace, point: string, content: Uint8Array): Promise<void> {
  const folder = place.path(`back-${point}-${Math.trunc(performance.now())}`);
  const said = await place.run(["restore", point, ...place.vault(), "--to-folder", folder, "--exact"]);
  assert.equal(said.code, 0, said.text);
  const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
  assert.equal(digest(readFileSync(join(folder, "web01/notes.bin"))), digest(content));
}

const objects = (said: Said): readonly string[] =>
  (said.summary["damaged"] as { readonly object: string }[]).map(({ object }) => object);

test("verify writes down what is damaged, the next backup heals it, and a prune takes the damaged pack", async () => {
  const content = new SeededEntropy(31).bytes(3_000_000);
  using place = await vaultOf(content);
  const point = String((await place.run(["points", ...place.vault()])).lines[0]?.["id"]);
  const { object, file } = largestPack(place);
  flip(file, 1_000_000);
  const part = await place.run(["verify", ...place.vault(), "--read-data=100"]);
  assert.deepEqual([part.code, objects(part)], [4, [object]], part.text);
  const plan = await place.run(["repair", ...place.vault()]);
  const [lost] = plan.summary["lost"] as {
    id: string;
    files: { path: string; ranges: unknown[] }[];
    mayHealBytes: number;
  }[];
  assert.equal(plan.code, 4);
  assert.equal(lost?.id, point);
  assert.deepEqual(
    lost?.files.map(({ path, ranges }) => [path, ranges.length]),
    [["web01/notes.bin", 1]],
  );
  assert.ok((lost?.mayHealBytes ?? 0) > 0);
  await backUp(place);
  await assertRestored(place, point, content);
  const healed = await place.run(["verify", ...place.vault(), "--read-data"]);
  assert.deepEqual([healed.code, healed.summary["healed"]], [0, [object]], healed.text);
  assert.equal((await place.run(["prune", ...place.vault(), "--execute"])).code, 0);
  assert.ok(!existsSync(file), "nobody needs the damaged pack any more");
  await assertRestored(place, point, content);
  const last = await place.run(["verify", ...place.vault(), "--read-data"]);
  assert.deepEqual([last.code, last.summary["healed"]], [0, []], last.text);
});

test("repair brings back everything when headers, footers and the index are damaged", async () => {
  const content = new SeededEntropy(32).bytes(2_000_000);
  using place = await vaultOf(content);
  const point = String((await place.run(["points", ...place.vault()])).lines[0]?.["id"]);
  const { file } = largestPack(place);
  flip(file, 20);
  flip(file, -12);
  for (const name of readdirSync(place.path("vault/index"))) rmSync(place.path("vault/index", name));
  const damagedRestore = await place.run([
    "restore",
    point,
    ...place.vault(),
    "--to-folder",
    place.path("none"),
    "--exact",
  ]);
  assert.equal(damagedRestore.code, 4, damagedRestore.text);
  const scrubbed = await place.run(["scrub", "--vault", place.path("vault"), "--percent", "90"]);
  assert.equal(scrubbed.code, 4, scrubbed.text);
  const plan = await place.run(["repair", ...place.vault()]);
  assert.deepEqual([plan.code, plan.summary["executed"], plan.summary["lost"]], [4, false, []], plan.text);
  const done = await place.run(["repair", ...place.vault(), "--execute"]);
  assert.deepEqual([done.code, done.summary["executed"], done.summary["lost"]], [0, true, []], done.text);
  await assertRestored(place, point, content);
  assert.equal((await place.run(["prune", ...place.vault(), "--execute"])).code, 0);
  assert.ok(!existsSync(file));
  await assertRestored(place, point, content);
  assert.equal((await place.run(["verify", ...place.vault(), "--read-data"])).code, 0);
});

test("a restore point that cannot be read is named, and can be removed", async () => {
  using place = await vaultOf(new SeededEntropy(33).bytes(100_000));
  await backUp(place);
  const [first] = readdirSync(place.path("vault/points")).sort();
  assert.ok(first !== undefined);
  const id = first.slice(-32);
  flip(place.path("vault/points", first), 300);
  const told = await place.run(["repair", ...place.vault()]);
  const [lost] = told.summary["lost"] as {
    readonly id: string;
    readonly machine?: { readonly name: string };
  }[];
  assert.deepEqual([told.code, lost?.id, lost?.machine?.name], [4, id, "web01"], told.text);
  const stopped = await place.run(["prune", ...place.vault(), "--execute"]);
  assert.deepEqual([stopped.code, stopped.errors[0]?.["code"]], [4, "prune-point-unreadable"], stopped.text);
  const pruned = await place.run([
    "prune",
    ...place.vault(),
    "--remove",
    id,
    "--trash-days",
    "0",
    "--execute",
  ]);
  assert.equal(pruned.code, 0, pruned.text);
  const after = await place.run(["repair", ...place.vault()]);
  assert.deepEqual([after.code, after.summary["lost"]], [0, []], after.text);
});
