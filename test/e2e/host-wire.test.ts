import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { hostJson, scsiDisk, smallDisk } from "../testing/backup-scene.ts";
import { needs, run } from "../testing/oracles.ts";
import { HOST_PASSWORD, HOST_USER, SimulatedProcess } from "../testing/simulated-process.ts";
import { Workplace } from "../testing/stillpoint.ts";

const PYTHON = "/usr/bin/python3"; // Debian's own: only it sees Debian's modules
const LEGACY = join(import.meta.dirname, "../../src/cim/wsman/testing/openssl-legacy.cnf");
const needsPywinrm = existsSync("/usr/lib/python3/dist-packages/winrm")
  ? needs("curl")
  : needs("python3-winrm");
const ID = "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B01";

async function placeWithHost(more: Readonly<Record<string, unknown>> = {}): Promise<Workplace> {
  const place = new Workplace();
  const disk = place.path("host", "drives/D/M/m.vhdx");
  mkdirSync(dirname(disk), { recursive: true });
  writeFileSync(disk, await smallDisk(1));
  const disks = [scsiDisk(0, "D:\\M\\m.vhdx")];
  writeFileSync(place.path("host", "host.json"), hostJson([{ id: ID, name: "web01", disks }], more));
  return place;
}

function curlStatus(port: number, password: string): string {
  const account = ["--ntlm", "-u", `${HOST_USER}:${password}`];
  const form = ["-s", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Content-Type: application/soap+xml"];
  return run("curl", [...form, ...account, "-d", "", `http://127.0.0.1:${port}/wsman`]);
}

/** A whole shell's life by python3-winrm, sealed: exit code, standard output and standard error of one program. */
function pywinrm(port: number, program: readonly string[]): readonly [number, string, string] {
  const script = `
import json, sys, winrm
from winrm.protocol import Protocol
port, user, password, program, *rest = sys.argv[1:]
p = Protocol(f"http://127.0.0.1:{port}/wsman", transport="ntlm", username=user, password=password, message_encryption="always")
s = p.open_shell()
c = p.run_command(s, program, rest)
out, err, code = p.get_command_output(s, c)
p.cleanup_command(s, c)
p.close_shell(s)
print(json.dumps([code, out.decode(), err.decode()]))`;
  const args = ["-W", "ignore", "-c", script, String(port), HOST_USER, HOST_PASSWORD, ...program];
  const done = spawnSync(PYTHON, args, {
    encoding: "utf8",
    env: { ...process.env, OPENSSL_CONF: LEGACY },
  });
  assert.equal(done.status, 0, done.stderr);
  return JSON.parse(done.stdout) as readonly [number, string, string];
}

describe("`stillpoint simulate`", () => {
  test("lets curl in by NTLM with the password, and keeps it out without", needs("curl"), async () => {
    using place = await placeWithHost();
    await using host = await SimulatedProcess.start(place);
    assert.equal(curlStatus(host.port, HOST_PASSWORD), "200");
    assert.equal(curlStatus(host.port, "wrong"), "401");
  });

  test(
    "runs programs for python3-winrm in sealed shells, and says as cmd.exe what it does not have",
    needsPywinrm,
    async () => {
      using place = await placeWithHost();
      await using host = await SimulatedProcess.start(place);
      const [code, out, err] = pywinrm(host.port, ["diskshadow", "/?"]);
      assert.ok(`${out}${err}`.trim() !== "", `diskshadow said nothing, exit code ${code}`);
      const unknown = pywinrm(host.port, ["frobnicate", "x y"]);
      assert.equal(unknown[0], 1);
      assert.match(unknown[2], /'frobnicate' is not recognized as an internal or external command/);
      // the shells are gone: as many again as the host allows at once
      for (let i = 0; i < 3; i++) assert.equal(pywinrm(host.port, ["frobnicate"])[0], 1);
      const ended = await host.end();
      assert.equal(ended.code, 0);
      assert.deepEqual(ended.summary["failures"], []);
    },
  );

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    test(`ends on ${signal} by itself, and frees its port`, async () => {
      using place = await placeWithHost();
      await using host = await SimulatedProcess.start(place);
      const { code, summary, errors } = await host.end(signal);
      assert.deepEqual([code, summary["type"], errors], [0, "summary", ""]);
      await assert.rejects(fetch(`http://127.0.0.1:${host.port}/wsman`));
    });
  }

  test("is a host that our program backs up over the wire, application-consistent, leaving nothing", async () => {
    using place = await placeWithHost();
    await using host = await SimulatedProcess.start(place);
    const drives = { C: place.path("host", "drives/C"), D: place.path("host", "drives/D") };
    writeFileSync(place.path("paths.json"), JSON.stringify({ drives }));
    const there = ["--host", `winrm://${HOST_USER}@127.0.0.1:${host.port}`];
    const map = ["--path-map", place.path("paths.json")];
    const environment = { STILLPOINT_HOST_PASSWORD: HOST_PASSWORD };
    const listed = await place.run(["machines", ...there, ...map], { environment });
    assert.deepEqual(
      listed.lines.filter(({ type }) => type === "machine").map(({ name }) => name),
      ["web01"],
    );
    await place.run(["vault", "init", ...place.vault()]);
    const backup = await place.run(["backup", ...there, ...map, "--all", ...place.vault()], { environment });
    const points = backup.summary["points"] as readonly Record<string, unknown>[];
    assert.deepEqual(
      points.map(({ consistency, leftBehind }) => [consistency, leftBehind]),
      [["application", []]],
      backup.text,
    );
    const audit = await place.run(["simulate", "audit", "--state", place.path("host")]);
    assert.deepEqual([audit.code, audit.summary["leftBehind"]], [0, []]);
    const refused = await place.run(["machines", ...there], {
      environment: { STILLPOINT_HOST_PASSWORD: "wrong" },
    });
    assert.deepEqual([refused.code, refused.errors[0]?.["code"]], [1, "host-authentication-failed"]);
  });

  test("refuses what it cannot serve: no state, no account, a port that is taken, half of HTTPS", async () => {
    using place = await placeWithHost();
    await using host = await SimulatedProcess.start(place);
    const state = ["--state", place.path("host")];
    const account = ["--user", HOST_USER, "--password-file", place.path("host-password")];
    const refusal = async (args: readonly string[]): Promise<readonly unknown[]> => {
      const said = await place.run(["simulate", ...args]);
      return [said.code, said.errors[0]?.["code"]];
    };
    assert.deepEqual(await refusal(account), [2, "usage"]);
    assert.deepEqual(await refusal(state), [2, "usage"]);
    const taken = ["--listen", `127.0.0.1:${host.port}`];
    assert.deepEqual(await refusal([...state, ...account, ...taken]), [1, "simulated-host-cannot-listen"]);
    assert.deepEqual(await refusal([...state, ...account, "--listen", "here"]), [
      2,
      "address-not-understood",
    ]);
    assert.deepEqual(await refusal([...state, ...account, "--listen-https", "127.0.0.1:0"]), [2, "usage"]);
  });
});
