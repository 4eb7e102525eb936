import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { needs, readSample } from "../testing/oracles.ts";
import { type Said, Workplace } from "../testing/stillpoint.ts";

const ERROR_FIELDS = ["type", "code", "message", "advice"];

/** The error was told once, with code, sentence and advice, and with the exit code that belongs to it. */
function refused(said: Said, code: string, exitCode = 1): void {
  assert.equal(said.code, exitCode, said.text);
  const error = said.errors.find((line) => line["code"] === code);
  assert.ok(error !== undefined, `wanted ${code}: ${said.text}`);
  for (const field of ERROR_FIELDS) assert.ok(typeof error[field] === "string" && error[field] !== "", field);
}

/** A folder with two small machines, one of them a chain. */
function makeMachines(place: Workplace): string {
  const folder = place.path("machines");
  mkdirSync(join(folder, "db01"), { recursive: true });
  mkdirSync(join(folder, "web01"), { recursive: true });
  writeFileSync(join(folder, "db01/base.vhdx"), readSample("synthetic-diff-base.vhdx.zst"));
  writeFileSync(join(folder, "db01/child.avhdx"), readSample("synthetic-diff-child.avhdx.zst"));
  writeFileSync(join(folder, "web01/web01.vhdx"), readSample("hyperv-dynamic.vhdx.gz"));
  return folder;
}

async function backup(
  place: Workplace,
  folder: string,
  options: readonly string[] = ["--all"],
): Promise<Said> {
  return await place.run(["backup", "--host", `folder:${folder}`, ...options, ...place.vault()]);
}

describe("bad input gets a coded error and costs nothing", { ...needs("samples"), concurrency: 3 }, () => {
  test("wrong passphrase, missing vault, foreign folder, second init, weak passphrase", async () => {
    using place = new Workplace();
    refused(await place.run(["points", ...place.vault()]), "storage-missing");
    assert.equal(existsSync(place.path("vault")), false);
    mkdirSync(place.path("vault"));
    writeFileSync(place.path("vault/letter.txt"), "not a vault");
    refused(await place.run(["points", ...place.vault()]), "vault-not-found");
    refused(await place.run(["vault", "init", ...place.vault()]), "vault-exists");
    assert.deepEqual(readdirSync(place.path("vault")), ["letter.txt"]);

    await place.newVault("good");
    refused(await place.run(["vault", "init", ...place.vault("good")]), "vault-exists");
    writeFileSync(place.path("wrong"), "wrong\n");
    refused(
      await place.run(["points", "--vault", place.path("good"), "--passphrase-file", place.path("wrong")]),
      "vault-passphrase-wrong",
    );
    writeFileSync(place.path("weak"), "123456\n");
    refused(
      await place.run([
        "vault",
        "init",
        "--vault",
        place.path("v3"),
        "--passphrase-file",
        place.path("weak"),
      ]),
      "vault-passphrase-weak",
    );
    refused(
      await place.run(["points", "--vault", place.path("good"), "--passphrase-file", place.path("nowhere")]),
      "secret-unreadable",
    );
  });

  test("wrong usage ends with 2 and leaves the host alone", async () => {
    using place = new Workplace();
    refused(await place.run(["backup", "--host", "folder:/nowhere", ...place.vault()]), "usage", 2);
    refused(
      await place.run(["backup", "--host", "hv01", "--all", ...place.vault()]),
      "address-not-understood",
      2,
    );
    refused(await place.run(["machines", "--host", "hv01"]), "address-not-understood", 2);
    refused(await place.run(["machines", "--host", "winrm://a@b"]), "secret-missing");
    refused(await place.run(["machines", "--host", `folder:${place.path("gone")}`]), "folder-missing");
  });

  test("an unknown machine is named, and the summary has its lists", async () => {
    using place = new Workplace();
    const folder = makeMachines(place);
    await place.newVault();
    const said = await backup(place, folder, ["--machine", "nobody"]);
    refused(said, "machine-unknown");
    assert.match(said.text, /nobody/);
    assert.deepEqual(said.summary["points"], []);
  });

  test("a broken chain fails its machine alone: exit code 3, the other one is in the vault", async () => {
    using place = new Workplace();
    const folder = makeMachines(place);
    await place.newVault();
    unlinkSync(join(folder, "db01/base.vhdx"));
    const missing = await backup(place, folder);
    refused(missing, "disk-parent-missing", 3);
    assert.equal((missing.summary["points"] as unknown[]).length, 1);
    const other = readSample("hyperv-dynamic.vhdx.gz");
    writeFileSync(join(folder, "db01/base.vhdx"), other);
    refused(await backup(place, folder), "disk-parent-mismatch", 3);
  });

  test("a truncated disk is kept byte for byte, with a warning that names what is wrong", async () => {
    using place = new Workplace();
    const folder = makeMachines(place);
    await place.newVault();
    truncateSync(join(folder, "web01/web01.vhdx"), 1_000_000);
    const said = await backup(place, folder, ["--machine", "web01"]);
    assert.equal(said.code, 0, said.text);
    assert.match(JSON.stringify(said.summary), /disk-not-understood/);
    const back = ["--exact", "--to-folder", place.path("back"), ...place.vault()];
    assert.equal((await place.run(["restore", "latest:web01", ...back])).code, 0);
    assert.deepEqual(
      readFileSync(place.path("back/web01/web01.vhdx")),
      readFileSync(join(folder, "web01/web01.vhdx")),
    );
  });

  test("a restore refuses a folder that is not empty, an unknown point and an empty one", async () => {
    using place = new Workplace();
    const folder = makeMachines(place);
    await place.newVault();
    assert.equal((await backup(place, folder)).code, 0);
    mkdirSync(place.path("full"));
    writeFileSync(place.path("full/mine"), "x");
    const restore = async (point: string, to: string): Promise<Said> =>
      await place.run(["restore", point, "--to-folder", place.path(to), ...place.vault()]);
    refused(await restore("latest:web01", "full"), "restore-folder-not-empty");
    assert.deepEqual(readdirSync(place.path("full")), ["mine"]);
    refused(await restore("latest:nobody", "new"), "vault-point-not-found");
    refused(await restore("", "new"), "vault-point-not-found");
  });

  test("a damaged vault ends verify and restore with 4", async () => {
    using place = new Workplace();
    const folder = makeMachines(place);
    await place.newVault();
    await backup(place, folder);
    for (const name of readdirSync(place.path("vault"), { recursive: true }).map(String)) {
      if (/^packs.*[0-9a-f]{64}/.test(name)) {
        const path = place.path("vault", name);
        const bytes = readFileSync(path);
        const middle = Math.floor(bytes.length / 2);
        bytes[middle] = (bytes[middle] as number) ^ 1;
        writeFileSync(path, bytes);
      }
    }
    const verified = await place.run(["verify", "--read-data", ...place.vault()]);
    assert.equal(verified.code, 4);
    assert.notDeepEqual(verified.summary["damaged"], []);
  });

  test("two machines of one name are told apart by id only", async () => {
    using place = new Workplace();
    const ids = ["7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B01", "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B02"];
    mkdirSync(place.path("host/drives/D"), { recursive: true });
    const os = { caption: "Windows Server 2019", version: "10.0.17763", productType: 3 };
    const machines = ids.map((id, i) => {
      writeFileSync(place.path(`host/drives/D/${i}.vhdx`), readSample("hyperv-dynamic.vhdx.gz"));
      const disks = [{ controller: "scsi", number: 0, location: 0, path: `D:\\${i}.vhdx` }];
      const guest = { os: "windows", vss: "ok" };
      const replication = { mode: "none", state: "disabled" };
      const rest = {
        generation: 2,
        configurationVersion: "9.0",
        memoryMegabytes: 16,
        checkpointType: "production",
      };
      return { id, name: "twin", state: "running", ...rest, guest, replication, disks, checkpoints: [] };
    });
    writeFileSync(place.path("host/host.json"), JSON.stringify({ name: "HV01", os, machines }));
    await place.newVault();
    const take = async (name: string): Promise<Said> =>
      await place.run(["backup", "--host", `sim:${place.path("host")}`, "--machine", name, ...place.vault()]);
    const said = await take("twin");
    refused(said, "machine-ambiguous");
    for (const id of ids) assert.match(said.text, new RegExp(id, "i"));
    const one = await take(ids[1] as string);
    assert.equal(one.code, 0, one.text);
    assert.deepEqual((one.summary["points"] as { machine: unknown }[])[0]?.machine, {
      id: ids[1],
      name: "twin",
    });
    assert.equal((await take("7b1f0d6e-3c50-4b0c-9c67-0f5e1d2a3b01")).code, 0);
  });
});
