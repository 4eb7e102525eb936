import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { hostJson, scsiDisk, smallDisk } from "../testing/backup-scene.ts";
import { PROGRAM, Workplace } from "../testing/stillpoint.ts";

const WEB = "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B01";
const LOST = "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B02";

function explain(
  locale: string,
  ...args: readonly string[]
): { status: number | null; out: string; err: string } {
  const env = { ...process.env, LC_ALL: locale, NO_COLOR: "1" };
  const { status, stdout, stderr } = spawnSync(PROGRAM, ["explain", ...args], { env, encoding: "utf8" });
  return { status, out: stdout, err: stderr };
}

describe("`stillpoint explain`", () => {
  test("prints a code's card in English or German: meaning, advice by rank, where the host shows it, links", () => {
    const english = explain("C", "machine-busy");
    assert.equal(english.status, 0, english.err);
    assert.match(english.out, /^machine-busy {2}error, exit code 1\n/);
    assert.match(english.out, /What to do\n {2}1\. .*\n {2}2\. .*--suspend-replication/);
    assert.match(english.out, /Where the host shows it\n {2}Get-VMReplication/);
    assert.match(
      english.out,
      /Read on\n.*\n {2}https:\/\/learn\.microsoft\.com\/.*20140424-backup-of-a-replica-vm\n$/,
    );
    const german = explain("de_AT.UTF-8", "machine-busy");
    assert.match(german.out, /^machine-busy {2}Fehler, Exitcode 1\n/);
    assert.match(german.out, /Was zu tun ist\n/);
    assert.match(german.out, /Wo der Host es zeigt\n/);
  });

  test("lists all codes by kind when none is given: errors, warnings, notes", () => {
    const { status, out } = explain("C", "--json");
    assert.equal(status, 0);
    const lines = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string; kind?: string; codes?: number });
    const kinds = lines.slice(0, -1).map(({ type, kind }) => `${type} ${kind}`);
    assert.deepEqual([...new Set(kinds)], ["card error", "card warning", "card note"]);
    assert.equal(lines.at(-1)?.codes, lines.length - 1);
    assert.match(explain("C").out, /^KIND +CODE +WHAT IT MEANS\nerror +address-not-supported /);
  });

  test("refuses a code that does not exist with 2, and says what may have been meant", () => {
    const { status, err } = explain("C", "machin-busy");
    assert.equal(status, 2);
    assert.match(
      err,
      /^error Cannot explain "machin-busy": there is no such code; did you mean machine-busy\? \[code-unknown\]\n/,
    );
    assert.match(err, /\n {2}more: stillpoint explain code-unknown\n$/);
  });

  test("is named by a backup for people, with the codes of its warnings and errors", async () => {
    using place = new Workplace();
    const folder = place.path("host");
    mkdirSync(`${folder}/drives/D/M`, { recursive: true });
    writeFileSync(`${folder}/drives/D/M/web.vhdx`, await smallDisk(1));
    const physical = {
      controller: "scsi",
      number: 0,
      location: 1,
      physicalDisk: { number: 3, bytes: 8_000_000_000 },
    };
    const web = { id: WEB, name: "web", disks: [scsiDisk(0, "D:\\M\\web.vhdx"), physical] };
    const lost = { id: LOST, name: "lost", disks: [scsiDisk(0, "D:\\M\\lost.vhdx")] };
    writeFileSync(`${folder}/host.json`, hostJson([web, lost]));
    assert.equal((await place.run(["vault", "init", ...place.vault()])).code, 0);
    const env = {
      ...process.env,
      LC_ALL: "C",
      NO_COLOR: "1",
      STILLPOINT_STATE_DIR: place.path("state"),
    };
    const args = ["backup", "--host", `sim:${folder}`, "--all", ...place.vault()];
    const { status, stdout, stderr } = spawnSync(PROGRAM, args, { env, encoding: "utf8" });
    assert.equal(status, 3, stderr);
    assert.match(stdout, /\nwhat to do: stillpoint explain passthrough-disk-not-covered\n/);
    const [, code] = /\[([a-z-]+)\]\n.*\n {2}more: stillpoint explain ([a-z-]+)\n/.exec(stderr) ?? [];
    assert.match(code ?? "", /^host-file-missing$/, stderr);
  });
});
