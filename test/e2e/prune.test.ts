import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import { smallDisk } from "../testing/backup-scene.ts";
import { type Said, Workplace } from "../testing/stillpoint.ts";

interface Pruned {
  readonly id: string;
  readonly kept: boolean;
  readonly because: readonly string[];
}

/** A vault with a restore point for each of these contents of a machine's second file. */
async function vaultOf(contents: readonly Uint8Array[]): Promise<Workplace> {
  const place = new Workplace();
  mkdirSync(place.path("exports/web01"), { recursive: true });
  writeFileSync(place.path("exports/web01/web01.vhdx"), await smallDisk(1));
  assert.equal((await place.run(["vault", "init", ...place.vault()])).code, 0);
  for (const content of contents) {
    writeFileSync(place.path("exports/web01/notes.bin"), content);
    const said = await place.run([
      "backup",
      "--host",
      `folder:${place.path("exports")}`,
      "--all",
      ...place.vault(),
    ]);
    assert.equal(said.code, 0, said.text);
  }
  return place;
}

const pruned = (said: Said): readonly Pruned[] =>
  said.lines.filter(({ type }) => type === "pruned-point") as unknown as readonly Pruned[];

function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

test("prune shows its plan, removes into the trash, gives back, and frees what nobody needs", async () => {
  const random = new SeededEntropy(20260704);
  const contents = [1, 2, 3, 4].map(() => random.bytes(600_000));
  using place = await vaultOf(contents);
  const prune = async (...more: readonly string[]): Promise<Said> =>
    await place.run(["prune", ...place.vault(), "--keep-last", "1", ...more]);
  const before = bytesIn(place.path("vault"));

  const plan = await prune();
  assert.equal(plan.code, 0, plan.text);
  assert.deepEqual(
    pruned(plan).map(({ kept, because }) => [kept, because]),
    [
      [true, ["keep-last 1", "newest"]],
      [false, []],
      [false, []],
      [false, []],
    ],
  );
  assert.equal(plan.summary["executed"], false);
  assert.ok((plan.summary["plannedBytesFreed"] as number) > 1_700_000, plan.text);
  assert.equal(bytesIn(place.path("vault")), before, "the plan changes nothing");

  const refused = await prune("--execute");
  assert.equal(refused.code, 1);
  assert.equal(refused.errors[0]?.["code"], "removal-too-large");

  const done = await prune("--execute", "--allow-many");
  assert.deepEqual([done.code, done.summary["removed"], done.summary["removedPoints"]], [0, 3, 0], done.text);
  const list = await place.run(["points", ...place.vault()]);
  assert.equal(list.summary["points"], 1);
  const oldest = pruned(plan).at(-1)?.id ?? "";
  const back = await place.run(["trash", "take-back", oldest.slice(0, 8), ...place.vault()]);
  assert.deepEqual([back.code, back.summary["point"]], [0, oldest], back.text);
  const trash = await place.run(["trash", "list", ...place.vault()]);
  assert.equal(trash.summary["points"], 2);

  const nextOldest = pruned(plan).at(-2)?.id ?? "";
  const now = ["--remove", nextOldest, "--execute", "--trash-days", "0"];
  const gone = await place.run(["prune", ...place.vault(), ...now]);
  assert.deepEqual([gone.code, gone.summary["removedPoints"]], [0, 1], gone.text);
  const unknown = await place.run(["prune", ...place.vault(), ...now]);
  assert.deepEqual([unknown.code, unknown.errors[0]?.["code"]], [1, "vault-point-not-found"]);
  const restored = await place.run([
    "restore",
    oldest,
    ...place.vault(),
    "--to-folder",
    place.path("out"),
    "--exact",
  ]);
  assert.equal(restored.code, 0, restored.text);
  assert.ok(readFileSync(place.path("out/web01/notes.bin")).equals(contents[0] as Uint8Array));

  const again = await prune("--execute", "--trash-days", "0");
  assert.deepEqual([again.code, again.summary["removedPoints"]], [0, 1], again.text);
  assert.ok(bytesIn(place.path("vault")) < before - 500_000, "its content is gone from the disk");
  const verified = await place.run(["verify", ...place.vault(), "--read-data"]);
  assert.deepEqual([verified.code, verified.summary["points"]], [0, 2], "one stands, one is in the trash");
});

test("prune refuses rules and time zones that it does not understand, before it opens anything", async () => {
  using place = new Workplace();
  for (const wrong of [
    ["--keep-daily", "x"],
    ["--keep-monthly", "3,day=40"],
    ["--keep-within", "soon"],
    ["--time-zone", "Nowhere/Else"],
    ["--trash-days", "-1"],
  ]) {
    const said = await place.run(["prune", ...place.vault("none"), ...wrong]);
    assert.equal(said.code, 2, `${wrong.join(" ")}: ${said.text}`);
  }
});
