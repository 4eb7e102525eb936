import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { Secret, systemClock, systemEntropy } from "../../src/base/index.ts";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import { openLocalStorage } from "../../src/storage/index.ts";
import { createVault } from "../../src/vault/index.ts";
import { CHEAP_KDF } from "../../src/vault/testing/index.ts";
import { smallDisk } from "../testing/backup-scene.ts";
import { digests, FolderWorkplace } from "../testing/folder-workplace.ts";
import type { Said } from "../testing/stillpoint.ts";

const OTHER_PASSPHRASE = "acht rote giraffen singen leise";

interface Copied {
  readonly point: string;
  readonly id: string;
  readonly bytesNew: number;
}

/** A vault of machines in a folder, and a second one with other keys and smaller chunks. */
class TwoVaults extends FolderWorkplace {
  readonly otherFile = this.path("other-passphrase");
  readonly second = ["--vault", this.path("second"), "--passphrase-file", this.otherFile];
  readonly toSecond = ["--to-vault", this.path("second"), "--to-passphrase-file", this.otherFile];
  readonly toFirst = ["--to-vault", this.path("vault"), "--to-passphrase-file", this.passphraseFile];

  static async open(chunkBytes = 16 * 1024): Promise<TwoVaults> {
    const place = new TwoVaults();
    writeFileSync(place.otherFile, OTHER_PASSPHRASE);
    await place.newVault();
    mkdirSync(place.path("second"));
    await using storage = await openLocalStorage(place.path("second"));
    const world = { clock: systemClock, entropy: systemEntropy };
    const passphrase = new Secret(OTHER_PASSPHRASE);
    const made = await createVault({ ...world, storage, chunkBytes, passphrase, kdf: CHEAP_KDF, workers: 1 });
    await made.vault[Symbol.asyncDispose]();
    return place;
  }

  async copy(...flags: readonly string[]): Promise<Said> {
    return await this.run(["copy", ...flags, ...this.vault(), ...this.toSecond]);
  }

  async points(vault: readonly string[]): Promise<readonly Record<string, unknown>[]> {
    const said = await this.run(["points", ...vault]);
    assert.equal(said.code, 0, said.text);
    return said.lines.filter(({ type }) => type === "point");
  }

  /** What is told of a restore point, without what a copy may have of its own. */
  async told(point: string, vault: readonly string[]): Promise<Record<string, unknown>> {
    const said = await this.run(["show", point, ...vault]);
    const {
      id: _id,
      vault: _vault,
      counts: _counts,
      copyOf: _copyOf,
      ...facts
    } = said.summary["point"] as Record<string, unknown>;
    return facts;
  }

  /** SHA-256 of what a restore brings back, by path. */
  async restored(point: string, vault: readonly string[]): Promise<Record<string, string>> {
    const folder = this.path("back");
    rmSync(folder, { recursive: true, force: true });
    const said = await this.run(["restore", point, ...vault, "--to-folder", folder, "--exact"]);
    assert.equal(said.code, 0, said.text);
    return digests(folder);
  }
}

const copied = (said: Said): readonly Copied[] => said.summary["copied"] as readonly Copied[];
const skipped = (said: Said): readonly Record<string, unknown>[] =>
  said.summary["skipped"] as readonly Record<string, unknown>[];
const failed = (
  said: Said,
): readonly { readonly point: string; readonly error: { readonly code: string } }[] =>
  said.summary["failed"] as ReturnType<typeof failed>;

test("copies into a vault of other keys and chunks tell and restore the same, and backups there find their chunks", async () => {
  using place = await TwoVaults.open();
  place.write("web01/web01.vhdx", await smallDisk(1));
  place.write("web01/notes.bin", new SeededEntropy(2).bytes(300_001));
  place.write("db01/db01.vhd", new SeededEntropy(3).bytes(200_000)); // no disk that could be understood
  writeFileSync(place.path("exports/db01/sparse.bin"), "");
  truncateSync(place.path("exports/db01/sparse.bin"), 40 << 20);
  const before = digests(place.path("exports"));
  await place.backUp();
  const said = await place.copy("--all");
  assert.deepEqual([said.code, failed(said), skipped(said)], [0, [], []], said.text);
  assert.equal(copied(said).length, 2);
  const both = copied(said).map(async ({ id, point }) => [
    await place.told(id, place.second),
    await place.told(point, place.vault()),
  ]);
  for (const [copy, original] of await Promise.all(both)) assert.deepEqual(copy, original);
  const back: Record<string, string> = {};
  for (const { id } of copied(said)) Object.assign(back, await place.restored(id, place.second));
  assert.deepEqual(back, before);
  const shown = await place.run(["show", copied(said)[0]?.id ?? "", ...place.second]);
  const { copyOf } = shown.summary["point"] as { readonly copyOf: Record<string, string> };
  assert.equal(copyOf["point"], copied(said)[0]?.point);
  assert.equal(statSync(place.path("exports/db01/sparse.bin")).size, 40 << 20);
  const stored = place.objects("packs", "second").reduce((sum, pack) => sum + statSync(pack).size, 0);
  assert.ok(stored < 2 << 20, `${stored} bytes: zeros are not stored`);
  const direct = await place.backUp(place.second);
  assert.deepEqual(
    direct.map(({ bytesNew }) => bytesNew),
    [0, 0],
  );
  const verified = await place.run(["verify", "--read-data", ...place.second]);
  assert.equal(verified.code, 0, verified.text);
});

test("a copy is known again in both directions, and the next one takes only what is new, oldest first", async () => {
  using place = await TwoVaults.open();
  place.write("web01/web01.vhdx", await smallDisk(1));
  const [first] = await place.backUp();
  assert.equal((await place.copy("--machine", "web01")).code, 0);
  place.write("web01/web01.vhdx", await smallDisk(2));
  const [second] = await place.backUp();
  place.write("web01/new.bin", new SeededEntropy(9).bytes(50_000));
  const [third] = await place.backUp();
  const again = await place.copy("--all");
  assert.deepEqual(
    copied(again).map(({ point }) => point),
    [second?.id, third?.id],
  );
  assert.deepEqual(
    skipped(again).map(({ point, because }) => [point, because]),
    [[first?.id, "there"]],
  );
  const times = (points: readonly Record<string, unknown>[]): unknown => points.map(({ time }) => time);
  assert.deepEqual(times(await place.points(place.second)), times(await place.points(place.vault())));
  const back = await place.run(["copy", "--all", ...place.second, ...place.toFirst]);
  assert.deepEqual([back.code, copied(back), skipped(back).length], [0, [], 3], back.text);
  const gone = copied(again)[0]?.id ?? "";
  const pruned = await place.run(["prune", "--remove", gone, "--execute", "--allow-many", ...place.second]);
  assert.equal(pruned.code, 0, pruned.text);
  const third2 = await place.copy(second?.id ?? "", third?.id.slice(0, 12) ?? "");
  assert.deepEqual(
    skipped(third2).map(({ because }) => because),
    ["in-trash", "there"],
  );
});

test("a copy that is killed leaves no half restore point, and finds again what it stored", async () => {
  using place = await TwoVaults.open(64 * 1024);
  place.write("a/a.vhd", new SeededEntropy(4).bytes(2_000_000));
  place.write("b/b.vhd", new SeededEntropy(5).bytes(48_000_000));
  const before = digests(place.path("exports"));
  await place.backUp();
  let points = 0;
  const killed = await place.run(["copy", "--all", ...place.vault(), ...place.toSecond], {
    watch: (line, child) => {
      if (line["type"] === "step-started" && line["name"] === "copy-point" && ++points === 2) {
        const timer = setInterval(() => {
          if (place.objects("packs", "second").some((pack) => statSync(pack).size > 10_000_000))
            child.kill("SIGKILL");
        }, 1);
        child.once("exit", () => clearInterval(timer));
      }
    },
  });
  assert.equal(killed.code, null, killed.text);
  assert.equal((await place.points(place.second)).length, 1);
  const again = await place.copy("--all");
  assert.deepEqual([again.code, skipped(again).length, copied(again).length], [0, 1, 1], again.text);
  assert.ok((copied(again)[0]?.bytesNew ?? 0) < 40_000_000, again.text);
  const back = {};
  for (const { id } of await place.points(place.second))
    Object.assign(back, await place.restored(String(id), place.second));
  assert.deepEqual(back, before);
});

test("a copy that is interrupted ends with 130 and goes on later", async () => {
  using place = await TwoVaults.open();
  place.write("a/a.vhd", new SeededEntropy(4).bytes(20_000_000));
  place.write("b/b.vhd", new SeededEntropy(5).bytes(20_000_000));
  await place.backUp();
  const said = await place.run(["copy", "--all", ...place.vault(), ...place.toSecond], {
    watch: (line, child) => void (line["name"] === "copy-point" && child.kill("SIGINT")),
  });
  assert.equal(said.code, 130, said.text);
  assert.ok(failed(said).length > 0);
  for (const { error } of failed(said)) assert.equal(error.code, "interrupted");
  assert.equal((await place.points(place.second)).length, copied(said).length);
  const again = await place.copy("--all");
  assert.deepEqual([again.code, copied(again).length], [0, failed(said).length], again.text);
});

test("damage in the source is named and ends with 4, and everything else is copied", async () => {
  using place = await TwoVaults.open();
  place.write("a/a.vhd", new SeededEntropy(6).bytes(900_000));
  const [a] = await place.backUp();
  const packs = new Set(place.objects("packs", "vault"));
  place.write("b/b.vhd", new SeededEntropy(7).bytes(900_000));
  const both = await place.backUp();
  const [largest] = place
    .objects("packs", "vault")
    .filter((pack) => !packs.has(pack))
    .sort((x, y) => statSync(y).size - statSync(x).size);
  assert.ok(largest !== undefined);
  const bytes = readFileSync(largest);
  bytes[400_000] = (bytes[400_000] as number) ^ 1;
  rmSync(largest, { force: true });
  writeFileSync(largest, bytes);
  const said = await place.copy("--all");
  assert.equal(said.code, 4, said.text);
  const inB = both.find(({ id }) => failed(said)[0]?.point === id);
  assert.deepEqual([failed(said).length, failed(said)[0]?.error.code], [1, "copy-source-damaged"]);
  assert.ok(inB !== undefined && copied(said).some(({ point }) => point === a?.id));
  assert.equal(copied(said).length, 2);
  const { message } = said.errors[0] as { readonly message: string };
  assert.match(message, /^Cannot copy "b\/b\.vhd" of restore point [0-9a-f]{32}: packs\//);
  assert.equal((await place.points(place.second)).length, 2);
  const [newest] = readdirSync(place.path("vault/points")).sort();
  rmSync(place.path("vault/points", newest ?? ""), { force: true });
  writeFileSync(place.path("vault/points", newest ?? ""), "not what it was");
  const unreadable = await place.copy("--all");
  assert.equal(unreadable.code, 4, unreadable.text);
  assert.equal(failed(unreadable)[0]?.point, newest?.slice(-32));
});

test("a host's key is enough to copy into a vault, and a second copy is known to this machine", async () => {
  using place = await TwoVaults.open();
  place.write("web01/web01.vhdx", await smallDisk(1));
  const before = digests(place.path("exports"));
  await place.backUp();
  const key = place.path("copier.key");
  const made = await place.run(["vault", "key", "add-host", "copier", "--out", key, ...place.second]);
  assert.equal(made.code, 0, made.text);
  const toSecond = ["--to-vault", place.path("second"), "--to-passphrase-file", key];
  const copy = async (): Promise<Said> =>
    await place.run(["copy", "latest:web01", ...place.vault(), ...toSecond]);
  const first = await copy();
  assert.deepEqual([first.code, copied(first).length], [0, 1], first.text);
  const second = await copy();
  assert.deepEqual([second.code, skipped(second)[0]?.["because"]], [0, "there"], second.text);
  assert.deepEqual(await place.restored("latest:web01", place.second), before);
  const from = ["copy", "--all", "--vault", place.path("second"), "--passphrase-file", key];
  const refused = await place.run([...from, ...place.toFirst]);
  assert.deepEqual([refused.code, refused.errors[0]?.["code"]], [1, "vault-write-only"], refused.text);
});

test("what cannot be meant is refused before anything is copied", async () => {
  using place = await TwoVaults.open();
  place.write("web01/web01.vhd", new SeededEntropy(8).bytes(1000));
  await place.backUp();
  const codes = async (...flags: readonly string[]): Promise<unknown> => {
    const said = await place.copy(...flags);
    return [said.code, said.errors[0]?.["code"]];
  };
  assert.deepEqual(await codes(), [2, "usage"]);
  assert.deepEqual(await codes("--all", "latest:web01"), [2, "usage"]);
  assert.deepEqual(await codes("latest:web01", "latest:nobody"), [1, "vault-point-not-found"]);
  assert.deepEqual(await codes("--machine", "web01", "--machine", "nobody"), [1, "vault-point-not-found"]);
  const same = await place.run(["copy", "--all", ...place.vault(), ...place.toFirst]);
  assert.deepEqual([same.code, same.errors[0]?.["code"]], [1, "copy-same-vault"]);
  assert.deepEqual(await place.points(place.second), []);
});
