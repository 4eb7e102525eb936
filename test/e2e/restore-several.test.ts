import assert from "node:assert/strict";
import { existsSync, rmSync, statSync, truncateSync } from "node:fs";
import { test } from "node:test";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import { smallDisk } from "../testing/backup-scene.ts";
import { type BackedUp, digests, FolderWorkplace } from "../testing/folder-workplace.ts";
import type { Said } from "../testing/stillpoint.ts";

interface Restored {
  readonly point: string;
  readonly folder: string;
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
}

/** A vault with restore points of machines in a folder. */
class Exports extends FolderWorkplace {
  async restore(to: string, ...flags: readonly string[]): Promise<Said> {
    return await this.run(["restore", ...flags, ...this.vault(), "--to-folder", this.path(to)]);
  }
}

const restored = (said: Said): readonly Restored[] => said.summary["points"] as readonly Restored[];
const failed = (said: Said): readonly Record<string, unknown>[] =>
  said.summary["failed"] as readonly Record<string, unknown>[];

function byMachine(points: readonly BackedUp[]): Readonly<Record<string, string>> {
  return Object.fromEntries(points.map(({ id, machine }) => [machine.name, id]));
}

async function twoMachines(): Promise<Exports> {
  const place = new Exports();
  await place.newVault();
  place.write("web01/web01.vhdx", await smallDisk(1));
  place.write("web01/notes.dat", new SeededEntropy(2).bytes(300_001));
  place.write("db01/db01.vhd", new SeededEntropy(3).bytes(200_000)); // no disk that could be understood
  place.write("db01/sparse.dat", new Uint8Array());
  truncateSync(place.path("exports/db01/sparse.dat"), 40 << 20);
  return place;
}

test("`restore` of several restore points opens the vault once and gives each a folder with its machine's name", async () => {
  using place = await twoMachines();
  await place.backUp();
  const said = await place.restore("back", "latest:web01", "latest:db01");
  assert.equal(said.code, 0, said.text);
  const source = digests(place.path("exports"));
  assert.deepEqual(digests(place.path("back")), {
    "db01/Other Files/sparse.dat": source["db01/sparse.dat"],
    "db01/Virtual Hard Disks/db01.vhd": source["db01/db01.vhd"],
    "web01/Other Files/notes.dat": source["web01/notes.dat"],
    "web01/Virtual Hard Disks/web01.vhdx": source["web01/web01.vhdx"],
  });
  assert.deepEqual(
    restored(said).map(({ folder }) => folder),
    ["web01", "db01"],
  );
  const files = restored(said).flatMap((point) => point.files.map(({ path }) => path));
  assert.deepEqual(files.toSorted(), Object.keys(digests(place.path("back"))));
  const progress = said.lines.filter(({ type }) => type === "step-progress");
  const total = Object.keys(source).reduce(
    (sum, path) => sum + statSync(place.path("exports", path)).size,
    0,
  );
  assert.ok(progress.every(({ totalBytes }) => totalBytes === total)); // one for the whole
});

test("`restore --all-latest --exact` brings the newest of every machine back as the host had them", async () => {
  using place = await twoMachines();
  await place.backUp();
  place.write("web01/notes.dat", new SeededEntropy(4).bytes(1000));
  await place.backUp();
  const said = await place.restore("back", "--all-latest", "--exact");
  assert.equal(said.code, 0, said.text);
  assert.deepEqual(digests(place.path("back")), digests(place.path("exports")));
});

test("`restore` keeps two restore points of one machine apart, and with --exact refuses them before anything is written", async () => {
  using place = await twoMachines();
  const first = byMachine(await place.backUp());
  place.write("web01/notes.dat", new SeededEntropy(4).bytes(1000));
  const second = byMachine(await place.backUp());
  const both = [first["web01"] ?? "", second["web01"] ?? ""];
  const refused = await place.restore("back", ...both, "--exact");
  assert.deepEqual([refused.code, refused.errors[0]?.["code"]], [1, "restore-path-collision"], refused.text);
  assert.equal(existsSync(place.path("back")), false);
  const said = await place.restore("back", ...both, ...both);
  assert.equal(said.code, 0, said.text);
  const folders = restored(said).map(({ folder }) => folder);
  assert.equal(new Set(folders).size, 2);
  for (const folder of folders)
    assert.match(folder, /^web01 \d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ( [0-9a-f]{32})?$/);
  const sizes = folders.map((folder) => statSync(place.path("back", folder, "Other Files/notes.dat")).size);
  assert.deepEqual(sizes, [300_001, 1000]);
});

test("`restore` of several goes on behind a damaged one, names it, and ends with 4", async () => {
  using place = await twoMachines();
  await place.backUp();
  const before = place.objects("packs");
  place.write("mail01/mail01.vhd", new SeededEntropy(9).bytes(500_000));
  await place.backUp();
  for (const pack of place.objects("packs").filter((name) => !before.includes(name))) rmSync(pack);
  const said = await place.restore("back", "latest:mail01", "latest:web01", "latest:db01");
  assert.equal(said.code, 4, said.text);
  assert.deepEqual(
    failed(said)
      .map(({ machine, error }) => [machine, error])
      .map(([machine, error]) => [(machine as { name: string }).name, (error as { code: string }).code]),
    [["mail01", "vault-damaged"]],
  );
  assert.deepEqual(
    restored(said).map(({ folder }) => folder),
    ["web01", "db01"],
  );
  const there = Object.keys(digests(place.path("back")));
  assert.deepEqual(
    there.filter((path) => path.startsWith("mail01")),
    [],
  );
  assert.equal(there.length, 4);
});

test("`restore` refuses an unknown restore point among several, and none at all, before anything is written", async () => {
  using place = await twoMachines();
  await place.backUp();
  const unknown = await place.restore("back", "latest:web01", "latest:nobody");
  assert.deepEqual([unknown.code, unknown.errors[0]?.["code"]], [1, "vault-point-not-found"], unknown.text);
  for (const flags of [[], ["latest:web01", "--all-latest"]]) {
    const said = await place.restore("back", ...flags);
    assert.deepEqual([said.code, said.errors[0]?.["code"]], [2, "usage"], said.text);
  }
  assert.equal(existsSync(place.path("back")), false);
});
