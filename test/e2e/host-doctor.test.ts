import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { sep } from "node:path";
import { describe, test } from "node:test";
import { hostJson, scsiDisk, smallDisk } from "../testing/backup-scene.ts";
import { type Said, Workplace } from "../testing/stillpoint.ts";

const posix = { skip: sep === "\\" ? "needs POSIX signals" : false };

function found({ lines }: Said): readonly string[] {
  return lines
    .filter(({ type }) => type === "leftover")
    .map(({ kind, owner, removable }) => [kind, owner, removable].join(" "))
    .sort();
}

describe("stillpoint host doctor", posix, () => {
  test("lists what a killed run left, changes nothing without --execute, and takes away ours with it", async () => {
    using place = new Workplace();
    mkdirSync(place.path("host/drives/D/M"), { recursive: true });
    writeFileSync(place.path("host/drives/D/M/w.vhdx"), await smallDisk(1));
    const host = place.path("host/host.json");
    const machine = {
      id: "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B01",
      name: "web01",
      replication: { mode: "primary", state: "replicating" },
      disks: [scsiDisk(0, "D:\\M\\w.vhdx")],
    };
    writeFileSync(host, hostJson([machine]));
    const at = ["--host", `sim:${place.path("host")}`];
    await place.newVault();
    const after = place.path("after");
    const commands = ["--thaw", 'kill -9 "$PPID"', "--after", `echo ran >> '${after}'`];
    await place.run(["backup", ...at, "--all", ...place.vault(), "--suspend-replication", ...commands]);

    const listed = await place.run(["host", "doctor", ...at]);
    assert.equal(listed.code, 0, listed.text);
    assert.deepEqual(found(listed), [
      "after-command ours true",
      "recovery-checkpoint ours true",
      "suspended-replication ours true",
    ]);
    assert.equal(listed.summary["ours"], 3);
    const before = readFileSync(host, "utf8");
    assert.deepEqual(found(await place.run(["host", "doctor", ...at])), found(listed));
    assert.equal(readFileSync(host, "utf8"), before);
    assert.equal(existsSync(after), false);

    const cleaned = await place.run(["host", "doctor", ...at, "--execute"]);
    assert.equal(cleaned.code, 0, cleaned.text);
    assert.deepEqual(cleaned.summary["leftBehind"], []);
    assert.deepEqual(cleaned.summary["remaining"], []);
    assert.equal((cleaned.summary["removed"] as unknown[]).length, 3);
    assert.equal(readFileSync(after, "utf8"), "ran\n");
    const audit = await place.run(["simulate", "audit", "--state", place.path("host")]);
    assert.equal(audit.code, 0, audit.text);
    assert.deepEqual(found(await place.run(["host", "doctor", ...at])), []);
  });

  test("is for hosts with Hyper-V", async () => {
    using place = new Workplace();
    const said = await place.run(["host", "doctor", "--host", `folder:${place.folder}`]);
    assert.equal(said.code, 1, said.text);
    assert.equal(said.errors[0]?.["code"], "host-not-hyperv");
  });
});

test("stillpoint host probe answers every experiment without naming anybody", async () => {
  using place = new Workplace();
  mkdirSync(place.path("host/drives/D/Acme"), { recursive: true });
  writeFileSync(place.path("host/drives/D/Acme/w.vhdx"), await smallDisk(1));
  const id = "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B01";
  const machine = { id, name: "acme-payroll", disks: [scsiDisk(0, "D:\\Acme\\w.vhdx")] };
  writeFileSync(place.path("host/host.json"), hostJson([machine]));
  const said = await place.run(["host", "probe", "--host", `sim:${place.path("host")}`]);
  assert.equal(said.code, 0, said.text);
  const answers = said.lines.filter(({ type }) => type === "probe");
  assert.equal(answers.length, said.summary["experiments"]);
  assert.ok(answers.length > 15, said.text);
  assert.doesNotMatch(JSON.stringify(answers), /acme|7b1f0d6e/i);
});
