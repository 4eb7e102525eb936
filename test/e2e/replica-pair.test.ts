import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { sep } from "node:path";
import { describe, test } from "node:test";
import { hostJson, scsiDisk, smallDisk } from "../testing/backup-scene.ts";
import { Workplace } from "../testing/stillpoint.ts";

const posix = { skip: sep === "\\" ? "needs POSIX signals" : false };

/** A host with one replica that is off, and a vault. */
async function prepared(place: Workplace, state: string): Promise<readonly string[]> {
  mkdirSync(place.path("host/drives/D/M"), { recursive: true });
  writeFileSync(place.path("host/drives/D/M/r.vhdx"), await smallDisk(1));
  const replica = {
    id: "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B01",
    name: "replica01",
    state: "off",
    replication: { mode: "replica", state },
    disks: [scsiDisk(0, "D:\\M\\r.vhdx")],
  };
  writeFileSync(place.path("host/host.json"), hostJson([replica]));
  await place.newVault();
  return ["backup", "--host", `sim:${place.path("host")}`, "--all", ...place.vault()];
}

function replication(place: Workplace): string {
  const { machines } = JSON.parse(readFileSync(place.path("host/host.json"), "utf8")) as {
    readonly machines: readonly { readonly replication: { readonly state: string } }[];
  };
  return machines[0]?.replication.state ?? "";
}

describe("a replica with --suspend-replication", posix, () => {
  test("can be backed up while it applies a log, and replicates again afterwards", async () => {
    using place = new Workplace();
    const backup = await prepared(place, "applying-log");
    const busy = await place.run([...backup, "--retries", "1"]);
    assert.equal(busy.errors[0]?.["code"], "machine-busy", busy.text);
    let meanwhile = "";
    const said = await place.run([...backup, "--retries", "1", "--suspend-replication"], {
      watch: (event) => {
        if (event["type"] === "step-started" && event["name"] === "read") meanwhile = replication(place);
      },
    });
    assert.equal(said.code, 0, said.text);
    assert.equal(meanwhile, "suspended");
    assert.equal(replication(place), "replicating");
  });

  test("replicates again after the next start when the run was killed with SIGKILL", async () => {
    using place = new Workplace();
    const backup = await prepared(place, "replicating");
    await place.run([...backup, "--suspend-replication", "--thaw", 'kill -9 "$PPID"']);
    assert.equal(replication(place), "suspended");
    const next = await place.run(backup);
    assert.equal(next.code, 0, next.text);
    assert.equal(replication(place), "replicating");
    assert.match(JSON.stringify(next.summary["cleaned"]), /the suspension of its replication/);
  });

  test("stays suspended when somebody else had suspended it", async () => {
    using place = new Workplace();
    const backup = await prepared(place, "suspended");
    const said = await place.run([...backup, "--suspend-replication"]);
    assert.equal(said.code, 0, said.text);
    assert.equal(replication(place), "suspended");
    assert.match(said.text, /is left as it is/);
  });
});
