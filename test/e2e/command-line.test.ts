import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { after, before, describe, test } from "node:test";
import { systemClock, systemEntropy } from "../../src/base/index.ts";
import { SeededEntropy } from "../../src/base/testing/index.ts";
import { openSimulatedHost } from "../../src/simulator/index.ts";
import { hostJson, scsiDisk } from "../testing/backup-scene.ts";
import { needs, readSample } from "../testing/oracles.ts";
import { needsMounting, SmallFileSystem } from "../testing/small-file-system.ts";
import { PASSPHRASE, PROGRAM, type Said, Workplace } from "../testing/stillpoint.ts";

const MACHINES = ["one", "two", "three"] as const;
const posix = { skip: sep === "\\" ? "needs POSIX signals and pipes" : false };

/** A simulated host with three machines, each with a disk that takes a while to read. */
function makeHost(place: Workplace): string {
  const folder = place.path("host");
  mkdirSync(join(folder, "drives/D/M"), { recursive: true });
  const machines = MACHINES.map((name, at) => {
    writeFileSync(join(folder, `drives/D/M/${name}.vhdx`), readSample("hyperv-dynamic.vhdx.gz"));
    const id = `7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B0${at}`;
    return { id, name, memoryMegabytes: 16, disks: [scsiDisk(0, `D:\\M\\${name}.vhdx`)] };
  });
  writeFileSync(join(folder, "host.json"), hostJson(machines));
  return folder;
}

/** A folder with one machine. */
function makeExport(place: Workplace): string {
  const folder = place.path("exports");
  mkdirSync(join(folder, "web01"), { recursive: true });
  writeFileSync(join(folder, "web01/web01.vhdx"), readSample("win10-swap.vhdx.gz"));
  return folder;
}

async function leftOn(folder: string): Promise<readonly string[]> {
  await using host = await openSimulatedHost(folder, { clock: systemClock, entropy: systemEntropy });
  return await host.audit();
}

interface Point {
  readonly id: string;
  readonly fullReadReason: readonly { readonly code: string }[];
}

function points(said: Said): readonly Point[] {
  assert.equal(said.code, 0, said.text);
  return said.summary["points"] as Point[];
}

describe("the program, as processes", { ...needs("samples"), concurrency: 2 }, () => {
  const stock = new Workplace();
  let recoveryKey = "";
  before(async () => {
    const made = await stock.run(["vault", "init", ...stock.vault()]);
    assert.equal(made.code, 0, made.text);
    recoveryKey = String(made.summary["recoveryKey"]);
  });
  after(() => stock[Symbol.dispose]());

  /** A workplace with an empty vault; making one is the dearest command. */
  function withVault(): Workplace {
    const place = new Workplace();
    cpSync(stock.path("vault"), place.path("vault"), { recursive: true });
    return place;
  }

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    test(
      `${signal} while a machine is held lets it go, leaves nothing on the host and ends with 130`,
      posix,
      async () => {
        using place = withVault();
        const host = makeHost(place);
        const said = await place.run(["backup", "--host", `sim:${host}`, "--all", ...place.vault()], {
          watch: (line, child) => {
            if (line["type"] === "step-started" && line["name"] === "read") child.kill(signal);
          },
        });
        assert.equal(said.code, 130, said.text);
        assert.ok(said.errors.some((error) => error["code"] === "interrupted"));
        assert.equal((said.summary["failed"] as unknown[]).length, MACHINES.length);
        assert.deepEqual(await leftOn(host), []);
        assert.equal((await place.run(["points", ...place.vault()])).summary["points"], 0);
      },
    );
  }

  test(
    "a reader that leaves early ends nothing: the run goes on, and the host is as before",
    posix,
    async () => {
      using place = withVault();
      const host = makeHost(place);
      const args = ["backup", "--host", `sim:${host}`, "--all", ...place.vault(), "--json"];
      const child = spawn(PROGRAM, args, {
        env: { ...process.env, STILLPOINT_STATE_DIR: place.path("state") },
        stdio: ["ignore", "pipe", "inherit"],
      });
      child.stdout.once("data", () => child.stdout.destroy());
      assert.deepEqual(await once(child, "close"), [0, null]);
      assert.deepEqual(await leftOn(host), []);
      assert.equal((await place.run(["points", ...place.vault()])).summary["points"], MACHINES.length);
    },
  );

  test("an output that cannot be written is an error, not a success", posix, () => {
    using place = withVault();
    const done = spawnSync(
      "sh",
      ["-c", '"$0" "$@" > /dev/full', PROGRAM, "points", ...place.vault(), "--json"],
      {
        encoding: "utf8",
        env: { ...process.env, LC_ALL: "C" },
      },
    );
    assert.equal(done.status, 1);
    assert.equal((JSON.parse(done.stderr) as { code: string }).code, "output-failed");
  });

  test("a folder is one host, however its path is written", async () => {
    using place = withVault();
    const folder = makeExport(place);
    symlinkSync(folder, place.path("link"), "dir");
    const codes: (string | undefined)[] = [];
    for (const written of ["./exports", `${folder}/`, "link", relative(place.folder, folder)]) {
      const args = ["backup", "--host", `folder:${written}`, "--all", ...place.vault()];
      const [point] = points(await place.run(args, { cwd: place.folder }));
      codes.push(point?.fullReadReason[0]?.code);
    }
    assert.deepEqual(codes, ["first-backup", ...Array(3).fill("change-tracking-unused")]);
  });

  test("two processes back up into one vault at once, and both are whole", async () => {
    using place = withVault();
    const folder = makeExport(place);
    const host = makeHost(place);
    const both = await Promise.all(
      [`folder:${folder}`, `sim:${host}`].map(
        async (from) => await place.run(["backup", "--host", from, "--all", ...place.vault()]),
      ),
    );
    assert.deepEqual(
      both.map((said) => points(said).length),
      [1, MACHINES.length],
    );
    const verified = await place.run(["verify", "--read-data", ...place.vault()]);
    assert.deepEqual([verified.code, verified.summary["points"]], [0, 1 + MACHINES.length], verified.text);
  });

  test("two runs against one host at once leave it clean, and what they say is what is in the vault", async () => {
    using place = withVault();
    const host = makeHost(place);
    const args = ["backup", "--host", `sim:${host}`, "--all", "--retries", "1", ...place.vault()];
    const both = await Promise.all([place.run(args), place.run(args)]);
    let made = 0;
    for (const said of both) {
      assert.notEqual(said.summary["points"], undefined, said.text);
      made += (said.summary["points"] as unknown[]).length;
      for (const error of said.errors) assert.equal(error["code"], "machine-busy", said.text);
    }
    assert.deepEqual(await leftOn(host), []);
    assert.ok(made >= MACHINES.length, `${made} points`);
    assert.equal((await place.run(["points", ...place.vault()])).summary["points"], made);
  });

  test("a passphrase opens the vault in whichever form a keyboard composes its letters", async () => {
    using place = new Workplace();
    const phrase = "Größe Übung äußerst schön";
    writeFileSync(place.passphraseFile, `${phrase.normalize("NFD")}\n`);
    assert.equal((await place.run(["vault", "init", ...place.vault()])).code, 0);
    const composed = { STILLPOINT_PASSPHRASE: phrase.normalize("NFC") };
    const said = await place.run(["points", "--vault", place.path("vault")], { environment: composed });
    assert.equal(said.code, 0, said.text);
  });

  test("the launcher works through links, from elsewhere and in a folder with spaces", posix, () => {
    using place = new Workplace();
    mkdirSync(place.path("a folder/bin"), { recursive: true });
    symlinkSync(dirname(dirname(PROGRAM)), place.path("a folder/check out"));
    symlinkSync("../check out/bin/stillpoint", place.path("a folder/bin/one"));
    const second = "two";
    symlinkSync("one", place.path("a folder/bin", second));
    const said = spawnSync(second, ["--version"], {
      cwd: "/",
      encoding: "utf8",
      env: { ...process.env, PATH: `${place.path("a folder/bin")}:${process.env["PATH"]}` },
    });
    assert.match(said.stdout, /^\d+\.\d+\.\d+\n$/, said.stderr);
  });

  test("no secret is in any output, in the state folder or readable in the vault; the state is its owner's", async () => {
    using place = withVault();
    const host = makeHost(place);
    const said: string[] = [];
    const from = ["--host", `sim:${host}`];
    const calls = [
      ["machines", ...from],
      ["backup", ...from, "--all", ...place.vault()],
      ["backup", ...from, "--machine", "nobody", ...place.vault()],
      ["show", "latest:one", ...place.vault()],
      ["vault", "info", ...place.vault()],
      ["vault", "key", "list", ...place.vault()],
      ["restore", "latest:two", "--to-folder", place.path("back"), ...place.vault()],
      ["verify", "--read-data", ...place.vault()],
    ];
    for (const call of calls) said.push((await place.run(call)).text);
    const wrong = { STILLPOINT_PASSPHRASE: "another passphrase altogether" };
    const refused = await place.run(["points", "--vault", place.path("vault")], { environment: wrong });
    assert.equal(refused.code, 1);
    said.push(refused.text);
    const texts = new Map(said.map((text, at) => [`output ${at}`, text]));
    for (const folder of ["state", "vault"]) {
      for (const entry of readdirSync(place.path(folder), { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        if (entry.isFile()) texts.set(path, readFileSync(path, "latin1"));
      }
    }
    assert.ok(texts.size > calls.length + 3);
    if (sep === "/") assert.equal(statSync(place.path("state")).mode & 0o777, 0o700);
    const secrets = [PASSPHRASE, recoveryKey, recoveryKey.replaceAll("-", ""), wrong.STILLPOINT_PASSPHRASE];
    for (const [where, text] of texts) {
      for (const secret of secrets) assert.ok(!text.includes(secret), where);
    }
  });

  test(
    "a full disk ends a backup or a restore with its own code, and the next try with room succeeds",
    needsMounting(),
    async () => {
      using place = withVault();
      using small = SmallFileSystem.mount(2048) as SmallFileSystem;
      mkdirSync(place.path("exports/r"), { recursive: true });
      const content = new SeededEntropy(20261122).bytes(6 * 2 ** 20);
      writeFileSync(place.path("exports/r/r.vhdx"), content);
      cpSync(place.path("vault"), small.path("vault"), { recursive: true });
      const vault = ["--vault", small.path("vault"), "--passphrase-file", place.passphraseFile];
      const backup = ["backup", "--host", `folder:${place.path("exports")}`, "--all", ...vault];
      const full = await place.run(backup);
      assert.deepEqual([full.code, full.errors[0]?.["code"]], [1, "storage-full"], full.text);
      assert.equal((await place.run(["verify", "--read-data", ...vault])).code, 0);
      small.grow(16 * 1024);
      assert.equal(points(await place.run(backup)).length, 1);

      using target = SmallFileSystem.mount(2048) as SmallFileSystem;
      const restore = ["restore", "latest:r", "--exact", "--to-folder", target.path("back"), ...vault];
      const refused = await place.run(restore);
      assert.deepEqual([refused.code, refused.errors[0]?.["code"]], [1, "restore-space-short"], refused.text);
      assert.deepEqual(readdirSync(target.folder).includes("back"), false, "nothing was begun");
      const stopped = await place.run([...restore, "--ignore-space"]);
      assert.deepEqual([stopped.code, stopped.errors[0]?.["code"]], [1, "host-file-full"], stopped.text);
      const files = readdirSync(target.folder, { recursive: true, withFileTypes: true });
      assert.deepEqual(
        files.filter((entry) => entry.isFile()),
        [],
      );
      target.grow(16 * 1024);
      const again = await place.run(restore);
      assert.equal(again.code, 0, again.text);
      assert.ok(readFileSync(target.path("back/r/r.vhdx")).equals(content));
    },
  );
});
