import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { sep } from "node:path";
import { describe, test } from "node:test";
import { hostJson, scsiDisk, smallDisk } from "../testing/backup-scene.ts";
import { PASSPHRASE, Workplace } from "../testing/stillpoint.ts";

const posix = { skip: sep === "\\" ? "the lines are for /bin/sh" : false };

/** A folder host with one machine, and a vault. */
async function prepared(place: Workplace): Promise<readonly string[]> {
  await mkdir(place.path("exports/web01"), { recursive: true });
  writeFileSync(place.path("exports/web01/web01.vhdx"), await smallDisk(1));
  await place.newVault();
  return ["backup", "--host", `folder:${place.path("exports")}`, "--all", ...place.vault()];
}

interface Report {
  readonly stage: string;
  readonly exitCode: number;
  readonly output: string;
}

describe("commands of an item", posix, () => {
  test("run around a machine with their variables; what they print is in the run's JSON", async () => {
    using place = new Workplace();
    const backup = await prepared(place);
    const line = (stage: string): string =>
      `echo ${stage} "$STILLPOINT_MACHINE_NAME" >> '${place.path("said")}'`;
    const said = await place.run([
      ...backup,
      "--before",
      `${line("before")}; echo hello; echo "odd" >&2`,
      "--thaw",
      line("thaw"),
      "--after",
      `${line("after")}; echo "$STILLPOINT_OUTCOME"`,
    ]);
    assert.equal(said.code, 0, said.text);
    assert.equal(readFileSync(place.path("said"), "utf8"), "before web01\nthaw web01\nafter web01\n");
    const [point] = said.summary["points"] as { readonly commands: readonly Report[] }[];
    assert.deepEqual(
      point?.commands.map(({ stage, exitCode, output }) => [stage, exitCode, output]),
      [
        ["before", 0, "hello"],
        ["thaw", 0, ""],
        ["after", 0, "done"],
      ],
    );
  });

  test("get none of our variables, secrets least of all", async () => {
    using place = new Workplace();
    const backup = await prepared(place);
    const file = place.path("environment");
    const environment = { STILLPOINT_PASSPHRASE: PASSPHRASE, STILLPOINT_HOST_PASSWORD: "xyzzy-secret" };
    const said = await place.run([...backup, "--before", `env > '${file}'`], { environment });
    assert.equal(said.code, 0, said.text);
    const text = readFileSync(file, "utf8");
    assert.doesNotMatch(text, new RegExp(`${PASSPHRASE}|xyzzy-secret`));
    const ours = [...text.matchAll(/^(STILLPOINT_\w+)=/gm)].map(([, name]) => String(name)).sort();
    assert.deepEqual(ours, [
      "STILLPOINT_HOST",
      "STILLPOINT_MACHINE_ID",
      "STILLPOINT_MACHINE_NAME",
      "STILLPOINT_RUN",
      "STILLPOINT_STAGE",
    ]);
    assert.match(text, /^PATH=/m);
  });

  test("a before command that fails is an error with its code, and one that hangs is ended", async () => {
    using place = new Workplace();
    const backup = await prepared(place);
    const failed = await place.run([...backup, "--before", "exit 3"]);
    assert.equal(failed.code, 1, failed.text);
    assert.equal(failed.errors[0]?.["code"], "command-failed");
    const hung = await place.run([...backup, "--before", "sleep 300", "--command-timeout", "1"]);
    assert.equal(hung.errors[0]?.["code"], "command-failed", hung.text);
    assert.match(String(hung.errors[0]?.["message"]), /longer than 1000 ms/);
  });

  test("the after command runs after Ctrl-C", async () => {
    using place = new Workplace();
    const backup = await prepared(place);
    const after = `echo "$STILLPOINT_OUTCOME" >> '${place.path("after")}'`;
    const said = await place.run([...backup, "--before", "sleep 300", "--after", after], {
      watch: (event, child) => {
        if (event["type"] === "step-started" && event["name"] === "command") child.kill("SIGINT");
      },
    });
    assert.equal(said.code, 130, said.text);
    assert.equal(readFileSync(place.path("after"), "utf8"), "interrupted\n");
  });

  test("the after command of a run that was killed with SIGKILL runs at the next start, once", async () => {
    using place = new Workplace();
    const backup = await prepared(place);
    const file = place.path("after");
    const after = `echo "$STILLPOINT_OUTCOME $STILLPOINT_ATTEMPT" >> '${file}'`;
    await place.run([...backup, "--thaw", `kill -9 "$PPID"`, "--after", after]);
    assert.equal(existsSync(file), false);
    const next = await place.run(backup);
    assert.equal(next.code, 0, next.text);
    assert.equal(readFileSync(file, "utf8"), "died 1\n");
    assert.match(JSON.stringify(next.summary["cleaned"]), /after command of run/);
    assert.equal((await place.run(backup)).code, 0);
    assert.equal(readFileSync(file, "utf8"), "died 1\n");
  });

  test("a place without a command, and a host without programs, are wrong usage", async () => {
    using place = new Workplace();
    const backup = await prepared(place);
    assert.equal((await place.run([...backup, "--after-on", "host"])).code, 2);
    assert.equal((await place.run([...backup, "--after", "true", "--after-on", "host"])).code, 2);
    assert.equal((await place.run([...backup, "--after", "true", "--after-on", "there"])).code, 2);
  });
});

test("commands on the host run there, with their variables and no secret", posix, async () => {
  using place = new Workplace();
  await mkdir(place.path("host/drives/D/M"), { recursive: true });
  writeFileSync(place.path("host/drives/D/M/w.vhdx"), await smallDisk(1));
  const id = "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B01";
  const machine = { id, name: "web01", disks: [scsiDisk(0, "D:\\M\\w.vhdx")] };
  const programs = [
    { name: "freeze-app.cmd", output: "frozen" },
    { name: "thaw-app.cmd", exitCode: 5 },
  ];
  writeFileSync(place.path("host/host.json"), hostJson([machine], { programs }));
  await place.newVault();
  const backup = ["backup", "--host", `sim:${place.path("host")}`, "--all", ...place.vault()];
  const before = ["--before-on", "host", "--before", 'freeze-app.cmd "web one"'];
  const said = await place.run([...backup, ...before, "--after-on", "host", "--after", "thaw-app.cmd"]);
  assert.equal(said.code, 0, said.text);
  const [point] = said.summary["points"] as {
    readonly commands: readonly Report[];
    readonly warnings: readonly { readonly code: string }[];
  }[];
  assert.deepEqual(
    point?.commands.map(({ stage, exitCode, output }) => [stage, exitCode, output]),
    [
      ["before", 0, "frozen"],
      ["after", 5, ""],
    ],
  );
  assert.ok(point?.warnings.some(({ code }) => code === "after-command-failed"));
  const { programRuns } = JSON.parse(readFileSync(place.path("host/host.json"), "utf8")) as {
    readonly programRuns: readonly {
      readonly arguments: readonly string[];
      readonly environment: Readonly<Record<string, string>>;
    }[];
  };
  const [first, last] = programRuns;
  assert.deepEqual(first?.arguments, ["/d", "/s", "/c", '"freeze-app.cmd "web one""']);
  assert.equal(first?.environment["STILLPOINT_MACHINE_NAME"], "web01");
  assert.equal(last?.environment["STILLPOINT_OUTCOME"], "done");
  assert.doesNotMatch(JSON.stringify(programRuns), new RegExp(PASSPHRASE));
});
