import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { scsiDisk } from "../testing/backup-scene.ts";
import { needs } from "../testing/oracles.ts";
import {
  HOST_PASSWORD,
  leftOn,
  makeCertificate,
  makeServedHost,
  ServedHost,
} from "../testing/served-host.ts";
import { type Said, Workplace } from "../testing/stillpoint.ts";

const MACHINES = ["one", "two"].map((name, at) => ({
  id: `7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B0${at}`,
  name,
  disks: [scsiDisk(0, `D:\\M\\${name}.vhdx`)],
}));
const PASSWORD = { STILLPOINT_HOST_PASSWORD: HOST_PASSWORD };

function names(said: Said): readonly unknown[] {
  return said.lines.filter(({ type }) => type === "machine").map((line) => line["name"]);
}

/** The error was told with its code, and with what to do. */
function refused(said: Said, code: string, exitCode = 1): void {
  assert.equal(said.code, exitCode, said.text);
  const error = said.errors.find((line) => line["code"] === code);
  assert.ok(error !== undefined, `wanted ${code}: ${said.text}`);
  assert.notEqual(error["advice"], "", code);
}

interface Point {
  readonly consistency: string;
  readonly method: string;
  readonly leftBehind: readonly string[];
}

function points(said: Said): readonly Point[] {
  return said.summary["points"] as readonly Point[];
}

describe("a host over WinRM", { concurrency: 2 }, () => {
  test("is listed and forecast without a path map, and backed up with one; nothing is left, no secret is anywhere", async () => {
    using place = new Workplace();
    const folder = await makeServedHost(place, MACHINES);
    await using served = await ServedHost.open(place, folder);
    const host = ["--host", served.address("winrm")];
    const map = ["--path-map", place.path("paths.json")];
    const said: Said[] = [];
    const run = async (
      args: readonly string[],
      environment: Record<string, string> = PASSWORD,
    ): Promise<Said> => {
      const one = await place.run(args, { environment });
      said.push(one);
      return one;
    };
    await place.newVault();
    assert.deepEqual(names(await run(["machines", ...host])), ["one", "two"]);
    const fromFile = ["--host-password-file", place.path("host-password")];
    assert.deepEqual(names(await run(["forecast", ...host, ...fromFile], {})), ["one", "two"]);

    const unmapped = await run(["backup", ...host, "--all", ...place.vault()]);
    assert.equal(unmapped.code, 1, unmapped.text);
    const failed = unmapped.summary["failed"] as readonly { readonly error: { readonly code: string } }[];
    assert.deepEqual(
      failed.map(({ error }) => error.code),
      ["host-file-unmapped", "host-file-unmapped"],
    );

    const done = await run(["backup", ...host, ...map, "--all", ...place.vault()]);
    assert.equal(done.code, 0, done.text);
    assert.deepEqual(
      points(done).map(({ consistency, leftBehind }) => [consistency, leftBehind]),
      [
        ["application", []],
        ["application", []],
      ],
    );
    const wrongPassword = { STILLPOINT_HOST_PASSWORD: "Sentinel-wrong" };
    refused(await run(["machines", ...host], wrongPassword), "host-authentication-failed");
    refused(
      await run(["backup", ...host, "--all", ...place.vault()], wrongPassword),
      "host-authentication-failed",
    );
    refused(
      await run(["machines", "--host", served.address("winrm", "nobody")]),
      "host-authentication-failed",
    );
    refused(await run(["machines", ...host], {}), "secret-missing");
    assert.deepEqual(await leftOn(folder), []);

    const texts = new Map(said.map(({ text }, at) => [`output ${at}`, text]));
    for (const entry of readdirSync(place.path("state"), { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile()) texts.set(path, readFileSync(path, "latin1"));
    }
    assert.ok(texts.size > said.length);
    for (const [where, text] of texts) assert.ok(!text.includes("Sentinel"), where);
  });

  test("of 2012 R2 is held by shadow copies that are made over the wire and read through the path map", async () => {
    using place = new Workplace();
    const os = { caption: "Windows Server 2012 R2", version: "6.3.9600", productType: 3 };
    const machines = MACHINES.map((machine) => ({ ...machine, configurationVersion: "5.0" }));
    const folder = await makeServedHost(place, machines, { os });
    await using served = await ServedHost.open(place, folder);
    const host = ["--host", served.address("winrm"), "--machine", "one"];
    await place.newVault();
    const backup = async (map: string): Promise<Said> =>
      await place.run(["backup", ...host, "--path-map", place.path(map), ...place.vault()], {
        environment: PASSWORD,
      });
    const withoutDevices = await backup("drives-only.json");
    const [failed] = withoutDevices.summary["failed"] as { readonly error: { readonly code: string } }[];
    assert.equal(failed?.error.code, "host-file-unmapped", withoutDevices.text);
    const done = await backup("paths.json");
    assert.deepEqual(
      points(done).map(({ method, leftBehind }) => [method, leftBehind]),
      [["shadow-copy", []]],
      done.text,
    );
    assert.deepEqual(await leftOn(folder), []);
  });

  test("is let go of when the backup is interrupted while it is held", async () => {
    using place = new Workplace();
    const folder = await makeServedHost(place, MACHINES);
    await using served = await ServedHost.open(place, folder);
    const host = ["--host", served.address("winrm"), "--path-map", place.path("paths.json"), "--all"];
    await place.newVault();
    const said = await place.run(["backup", ...host, ...place.vault()], {
      environment: PASSWORD,
      watch: (line, child) => {
        if (line["type"] === "step-started" && line["name"] === "hold") child.kill("SIGINT");
      },
    });
    assert.equal(said.code, 130, said.text);
    assert.deepEqual(await leftOn(folder), []);
  });

  test(
    "over HTTPS is trusted by its fingerprint or its authority, else nothing is sent to it",
    needs("openssl"),
    async () => {
      using place = new Workplace();
      const folder = await makeServedHost(place, MACHINES);
      const certificate = makeCertificate(place);
      await using served = await ServedHost.open(place, folder, certificate);
      const host = served.address("winrms");
      const machines = async (...more: readonly string[]): Promise<Said> =>
        await place.run(["machines", "--host", host, ...more], { environment: PASSWORD });
      const pinned = ["--host-certificate", certificate.fingerprint];
      assert.deepEqual(names(await machines(...pinned)), ["one", "two"]);
      assert.deepEqual(names(await machines("--host-certificate", certificate.certificateFile)), [
        "one",
        "two",
      ]);
      assert.deepEqual(names(await machines(...pinned, "--host-auth", "basic")), ["one", "two"]);
      const unknown = await machines();
      refused(unknown, "host-certificate-untrusted");
      const shown = certificate.fingerprint.replaceAll(":", "").toLowerCase();
      assert.ok(unknown.text.includes(shown), "the fingerprint is told, to be compared");
      refused(await machines("--host-certificate", "00".repeat(32)), "host-certificate-untrusted");
      refused(await machines("--host-certificate", "hv01"), "host-certificate-unusable");
      await place.newVault();
      const map = ["--path-map", place.path("paths.json"), "--all", ...place.vault()];
      const done = await place.run(["backup", "--host", host, ...pinned, ...map], { environment: PASSWORD });
      assert.deepEqual(
        points(done).map(({ leftBehind }) => leftBehind),
        [[], []],
      );
      assert.deepEqual(await leftOn(folder), []);
    },
  );

  test("is refused where the address or its flags make no sense, before anything is sent", async () => {
    using place = new Workplace();
    const machines = async (host: string, ...more: readonly string[]): Promise<Said> =>
      await place.run(["machines", "--host", host, ...more], { environment: PASSWORD });
    refused(await machines("winrm://127.0.0.1:1"), "address-not-understood", 2);
    refused(await machines(`winrm://admin:${HOST_PASSWORD.slice(0, 8)}@h`), "address-not-understood", 2);
    refused(await machines("winrm://admin@127.0.0.1:1"), "host-unreachable");
    refused(await machines("winrm://admin@h", "--host-auth", "basic"), "usage", 2);
    refused(await machines("winrm://admin@h", "--host-certificate", "00".repeat(32)), "usage", 2);
    refused(await machines("winrm://admin@h", "--host-auth", "digest"), "usage", 2);
    refused(await machines("folder:/", "--path-map", "x"), "usage", 2);
    refused(await machines("folder:/", "--host-password-file", "x"), "usage", 2);
    writeFileSync(place.path("wrong.json"), '{"drives":{"D":3}}');
    const wrong = await machines("winrm://admin@h", "--path-map", place.path("wrong.json"));
    refused(wrong, "path-map-unusable");
    assert.match(wrong.text, /drives\.D/);
    if (process.platform !== "win32") refused(await machines("local"), "local-host-not-windows");
  });
});
