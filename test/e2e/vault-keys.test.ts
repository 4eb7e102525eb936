import assert from "node:assert/strict";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { platform } from "node:process";
import { test } from "node:test";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import { type Said, Workplace } from "../testing/stillpoint.ts";

async function workplace(): Promise<Workplace> {
  const place = new Workplace();
  mkdirSync(place.path("exports/web01"), { recursive: true });
  writeFileSync(place.path("exports/web01/web01.vhd"), new SeededEntropy(5).bytes(200_000));
  await place.newVault();
  return place;
}

function secretFile(place: Workplace, name: string, text: string): string {
  writeFileSync(place.path(name), text);
  return place.path(name);
}

const errorOf = (said: Said): unknown => said.errors[0]?.["code"];

test("a recovery key on papers opens the vault again when the passphrase is lost", async () => {
  using place = await workplace();
  const add = (...flags: readonly string[]): Promise<Said> =>
    place.run(["vault", "key", "add", "--recovery", ...flags, ...place.vault()]);
  for (const flags of [
    ["--shares", "3"],
    ["--shares", "3", "--threshold", "4"],
    ["--shares", "300", "--threshold", "2"],
    ["--shares", "3", "--threshold", "1"],
  ])
    assert.equal((await add(...flags)).code, 2, flags.join(" "));
  const made = await add("--shares", "3", "--threshold", "2");
  assert.equal(made.code, 0, made.text);
  const papers = made.summary["shares"] as readonly string[];
  assert.equal(papers.length, 3);
  const files = papers.map((paper, i) => secretFile(place, `paper${i}`, `Share ${i}\n${paper}\n`));
  const recover = (...shares: readonly string[]): Promise<Said> =>
    place.run([
      "vault",
      "key",
      "recover",
      "--vault",
      place.path("vault"),
      ...shares.flatMap((file) => ["--share-file", file]),
      "--new-passphrase-file",
      secretFile(place, "new", "acht rote giraffen singen leise"),
    ]);
  const [first = "", , third = ""] = files;
  assert.equal((await recover()).code, 2);
  const few = await recover(first);
  assert.deepEqual([few.code, errorOf(few)], [1, "recovery-shares-too-few"], few.text);
  const twice = await recover(first, first);
  assert.deepEqual([twice.code, errorOf(twice)], [1, "recovery-share-duplicate"]);
  const done = await recover(third, first);
  assert.equal(done.code, 0, done.text);
  const points = ["points", "--vault", place.path("vault"), "--passphrase-file"];
  assert.equal((await place.run([...points, place.path("new")])).code, 0);
  const together = secretFile(place, "together", `${papers[1]}\n${papers[2]}\n`);
  assert.equal((await place.run([...points, together])).code, 0, "as a passphrase file");
});

test("a passphrase is rotated, and the slot in use goes only at a second word", async () => {
  using place = await workplace();
  const next = secretFile(place, "next", "acht rote giraffen singen leise");
  const listed = await place.run(["vault", "key", "list", ...place.vault()]);
  const inUse = listed.lines.find((line) => line["inUse"] === true) as unknown as { readonly id: string };
  const remove = ["vault", "key", "remove", "--slot", inUse.id.slice(0, 12), ...place.vault()];
  const refused = await place.run(remove);
  assert.deepEqual([refused.code, errorOf(refused)], [1, "vault-key-slot-in-use"], refused.text);
  const rotated = await place.run([
    "vault",
    "key",
    "rotate",
    "--new-passphrase-file",
    next,
    ...place.vault(),
  ]);
  assert.equal(rotated.code, 0, rotated.text);
  assert.equal(rotated.summary["removed"], inUse.id);
  const old = await place.run(["points", ...place.vault()]);
  assert.deepEqual([old.code, errorOf(old)], [1, "vault-passphrase-wrong"]);
  const flags = ["--vault", place.path("vault"), "--passphrase-file", next];
  const again = ["vault", "key", "remove", "--slot", String(rotated.summary["slot"]), ...flags];
  assert.equal((await place.run(again)).code, 1);
  assert.equal((await place.run([...again, "--even-in-use"])).code, 0);
  assert.equal((await place.run(["points", ...flags])).code, 1);
});

test("a host with a key of its own backs up, and is refused everything else", async () => {
  using place = await workplace();
  const key = place.path("hv01.key");
  const addHost = ["vault", "key", "add-host", "hv01", "--out", key, ...place.vault()];
  assert.equal((await place.run(addHost)).code, 0);
  if (platform !== "win32") assert.equal(statSync(key).mode & 0o777, 0o600);
  const taken = await place.run(addHost);
  assert.deepEqual([taken.code, errorOf(taken)], [1, "vault-host-exists"]);
  const written = readFileSync(key, "utf8");
  const other = await place.run(["vault", "key", "add-host", "hv02", "--out", key, ...place.vault()]);
  assert.deepEqual([other.code, errorOf(other)], [1, "secret-file-taken"]);
  assert.equal(readFileSync(key, "utf8"), written);
  const asHost = ["--vault", place.path("vault"), "--passphrase-file", key];
  const backup = ["backup", "--host", `folder:${place.path("exports")}`, "--all", ...asHost];
  const [first, second] = [await place.run(backup), await place.run(backup)];
  assert.deepEqual([first.code, second.code], [0, 0], first.text + second.text);
  const [point] = second.summary["points"] as readonly { readonly id: string; readonly bytesNew: number }[];
  assert.equal(point?.bytesNew, 0);
  for (const command of [
    ["points"],
    ["show", "latest:web01"],
    ["restore", "latest:web01", "--to-folder", place.path("there")],
    ["verify"],
    ["prune", "--keep-last", "1"],
    ["trash", "list"],
    ["vault", "info"],
    ["vault", "key", "list"],
    ["vault", "key", "add", "--recovery"],
    ["vault", "key", "add-host", "hv03", "--out", place.path("hv03.key")],
  ]) {
    const said = await place.run([...command, ...asHost]);
    assert.deepEqual([said.code, errorOf(said)], [1, "vault-write-only"], command.join(" "));
  }
  const target = place.path("restored");
  const restore = ["restore", "latest:web01", "--exact", "--to-folder", target, ...place.vault()];
  const restored = await place.run(restore);
  assert.equal(restored.code, 0);
  const hosts = (await place.run(["vault", "key", "list", ...place.vault()])).lines;
  const storedBy = hosts.find(({ type }) => type === "host")?.["id"];
  assert.equal(typeof storedBy, "string");
  const stored = { point: point?.id, storedBy, storedByName: "hv01" };
  const { summary } = restored;
  assert.deepEqual(
    { point: summary["point"], storedBy: summary["storedBy"], storedByName: summary["storedByName"] },
    stored,
  );
  const said = await place.run(["points", ...place.vault()]);
  for (const line of said.lines.filter(({ type }) => type === "point"))
    assert.deepEqual([line["storedBy"], line["storedByName"]], [storedBy, "hv01"]);
  const [theirs, ours] = [`${target}/web01/web01.vhd`, place.path("exports/web01/web01.vhd")];
  assert.ok(readFileSync(theirs).equals(readFileSync(ours)));
  assert.equal((await place.run(["vault", "key", "remove-host", "hv01", ...place.vault()])).code, 0);
  const gone = await place.run(["vault", "key", "remove-host", "hv01", ...place.vault()]);
  assert.deepEqual([gone.code, errorOf(gone)], [1, "vault-host-unknown"]);
  const listed = await place.run(["points", ...place.vault()]);
  assert.equal(listed.summary["points"] ?? listed.lines.filter(({ type }) => type === "point").length, 2);
});
