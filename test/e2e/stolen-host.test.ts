import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import { Workplace } from "../testing/stillpoint.ts";

test("restore points that a thief adds with a host's key push out none of anybody else's", async () => {
  using place = new Workplace();
  const noise = new SeededEntropy(5);
  mkdirSync(place.path("exports/web01"), { recursive: true });
  const write = (): void => writeFileSync(place.path("exports/web01/web01.vhd"), noise.bytes(100_000));
  await place.newVault();
  const key = place.path("hv01.key");
  assert.equal(
    (await place.run(["vault", "key", "add-host", "hv01", "--out", key, ...place.vault()])).code,
    0,
  );
  const backUp = async (access: readonly string[]): Promise<void> => {
    write();
    const said = await place.run(["backup", "--host", `folder:${place.path("exports")}`, "--all", ...access]);
    assert.equal(said.code, 0, said.text);
  };
  const asHost = ["--vault", place.path("vault"), "--passphrase-file", key];
  await backUp(place.vault());
  await backUp(asHost);
  await backUp(asHost);
  const said = await place.run(["prune", "--keep-last", "1", ...place.vault()]);
  assert.equal(said.code, 0, said.text);
  const points = said.lines.filter(({ type }) => type === "pruned-point");
  const times = points.map((point) => String(point["time"])).sort();
  const kept = points.filter(({ kept }) => kept === true).map((point) => String(point["time"]));
  assert.equal(points.length, 3);
  assert.deepEqual(kept.sort(), times.toSpliced(1, 1), "ours, and the host's newest");
});
