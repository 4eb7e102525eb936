import assert from "node:assert/strict";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { needs, run } from "../../../test/testing/oracles.ts";
import { type Said, Workplace } from "../../../test/testing/stillpoint.ts";
import { type Clock, systemClock, systemEntropy } from "../../base/index.ts";
import { FakeClock } from "../../base/testing/index.ts";
import { makeVhd } from "../../formats/vhd/testing/index.ts";
import { backUp, bringBack, createSmallVault, openSmallVault, someBytes } from "../../vault/testing/index.ts";
import { openLocalStorage } from "../local/open-local-storage.ts";
import { probeStorage } from "../probe/probe-storage.ts";
import { RetryingStorage } from "../retrying-storage.ts";
import { storageContract } from "../testing/index.ts";
import { openRcloneStorage } from "./open-rclone-storage.ts";
import type { RcloneLaunch, RclonePlace } from "./rclone-place.ts";
import { openRcloneScratch } from "./rclone-scratch.ts";
import type { RcloneStorage } from "./rclone-storage.ts";

/** The time that a process has for its last words is over at once. */
class NoPartings extends FakeClock {
  override async sleep(...[milliseconds, options]: Parameters<Clock["sleep"]>): Promise<void> {
    if (milliseconds > 5_000) await systemClock.sleep(milliseconds, options);
  }
}

describe("rclone over standard input and output", needs("rclone"), () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "stillpoint-rclone-"));
    mkdirSync(join(folder, "store"));
    const sections = [
      "[here]\ntype = local",
      `[below]\ntype = alias\nremote = ${join(folder, "store")}`,
      "[memory]\ntype = memory",
    ];
    writeFileSync(join(folder, "rclone.conf"), `${sections.join("\n\n")}\n`);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const launch = (program = "rclone"): RcloneLaunch => ({
    program,
    environment: { PATH: process.env["PATH"] ?? "", RCLONE_CONFIG: join(folder, "rclone.conf") },
  });
  const place = (name: string): RclonePlace => ({ remote: "here", path: join(folder, "store", name) });
  const open = async (where: RclonePlace, create?: true): Promise<RcloneStorage> =>
    await openRcloneStorage(where, { launch: launch(), create });

  const processesOf = (name: string): number[] =>
    run("pgrep", ["-f", `rclone serve restic.*${place(name).path}$`])
      .trim()
      .split("\n")
      .map(Number);

  storageContract("a folder behind rclone", async (name) => await open(place(name), true), {
    conditionalCreate: false,
    objectLock: false,
    latency: "network",
  });

  // its memory tells nothing of folders, unlike the object stores that it stands for here; Azurite's test has one of those
  test("an object store of rclone's takes a put in one act", async () => {
    await using store = await open({ remote: "memory", path: "bucket/vault" }, true);
    await store.put("packs/ab/x", [Buffer.from("one "), Buffer.from("two")]);
    await assert.rejects(store.put("packs/ab/x", []), { code: "storage-object-exists" });
    assert.equal(Buffer.from(await store.get("packs/ab/x", { offset: 4 })).toString(), "two");
    await assert.rejects(store.get("packs/ab/x", { offset: 4, length: 4 }), {
      code: "storage-object-truncated",
    });
    assert.deepEqual(await Array.fromAsync(store.list("packs/ab/")), [{ name: "packs/ab/x", sizeBytes: 7 }]);
    await store.delete("packs/ab/x");
    assert.equal(await store.stat("packs/ab/x"), undefined);
  });

  test("objects lie where rclone and a folder's driver see them too, whatever they are called", async () => {
    const names = ["config", "data/abcd", "packs/data/ef", "points/1"];
    {
      await using store = await open(place("seen"), true);
      for (const name of names) await store.put(name, [Buffer.from(name)]);
      assert.deepEqual(await Array.fromAsync(store.list(""), ({ name }) => name), names);
      for (const name of names) assert.equal(Buffer.from(await store.get(name)).toString(), name);
    }
    const seen = run("rclone", [
      "--config",
      join(folder, "rclone.conf"),
      "cat",
      `${place("seen").path}/points/1`,
    ]);
    assert.equal(seen, "points/1");
    await using local = await openLocalStorage(place("seen").path);
    assert.deepEqual(await local.get("config"), Uint8Array.from(Buffer.from("config")));
  });

  test("a remote by another's name works as that does", async () => {
    await using store = await open({ remote: "below", path: "alias" }, true);
    await store.put("a", [Buffer.from("x")]);
    assert.equal(readFileSync(join(folder, "store/alias/a"), "utf8"), "x");
  });

  test("a program that is not there, a remote that is unknown and a folder that is missing have each a code", async () => {
    await assert.rejects(openRcloneStorage(place("x"), { launch: launch("no-such-rclone") }), {
      code: "rclone-missing",
    });
    await assert.rejects(open({ remote: "unknown", path: "x" }), (error) => {
      assert.ok(error instanceof Error && "code" in error);
      assert.equal(error.code, "rclone-failed");
      assert.match(error.message, /config file/); // rclone's own words
      return true;
    });
    await assert.rejects(open(place("not-there")), { code: "storage-missing" });
    assert.equal(readdirSync(join(folder, "store")).includes("not-there"), false);
  });

  test("a folder that goes away is missed, and no empty vault", async () => {
    await using store = await open(place("goes"), true);
    await store.put("packs/a", [Buffer.from("x")]);
    rmSync(place("goes").path, { recursive: true });
    for (const prefix of ["", "packs/"]) {
      await assert.rejects(Array.fromAsync(store.list(prefix)), { code: "storage-missing" }, prefix);
    }
  });

  test("carries several packs there and back at the same time", async () => {
    await using store = await open(place("packs"), true);
    const bytes = someBytes(7, 12_000_000);
    const names = Array.from({ length: 6 }, (_, i) => `packs/${i}`);
    await Promise.all(names.map(async (name) => await store.put(name, [bytes])));
    const back = await Promise.all(names.map(async (name) => await store.get(name)));
    assert.ok(back.every((one) => Buffer.from(one).equals(bytes)));
  });

  test("a process that was lost fails its calls, and the next call has another one", async () => {
    await using store = await open(place("lost"), true);
    await store.put("a", [Buffer.from("x")]);
    const [pid = 0] = processesOf("lost");
    const large = new Uint8Array(4_000_000);
    const calls = [store.get("a"), store.put("b", [large]), store.put("c", [large]), store.stat("a")];
    const outcomes = Promise.allSettled(calls);
    process.kill(pid, "SIGKILL");
    for (const outcome of await outcomes) {
      if (outcome.status === "fulfilled") continue;
      assert.equal((outcome.reason as { readonly code?: string }).code, "storage-unreachable");
    }
    await using patient = new RetryingStorage(store, {
      clock: systemClock,
      entropy: systemEntropy,
      firstPauseMs: 50,
    });
    assert.equal(Buffer.from(await patient.get("a")).toString(), "x");
  });

  test("many calls that find their process lost start one together", async () => {
    await using store = await open(place("lost-together"), true);
    await store.put("a", [Buffer.from("x")]);
    const [first = 0] = processesOf("lost-together");
    process.kill(first, "SIGKILL");
    await assert.rejects(store.get("a"), { code: "storage-unreachable" });
    await Promise.all(Array.from({ length: 6 }, async () => await store.get("a")));
    assert.equal(processesOf("lost-together").length, 1);
  });

  test("a process that hangs holds no call for longer than its time, and the next call has another", async () => {
    await using store = await openRcloneStorage(place("hangs"), {
      launch: launch(),
      create: true,
      clock: new NoPartings(),
    });
    await store.put("a", [Buffer.from("x")]);
    const [first = 0] = processesOf("hangs");
    process.kill(first, "SIGSTOP");
    const stop = new AbortController();
    const bytes = new Uint8Array(4_000_000); // more than the pipe takes
    const calls = [store.get("a", stop), store.put("b", [bytes], stop)];
    await new Promise(setImmediate);
    stop.abort();
    for (const call of calls) await assert.rejects(call, { code: "interrupted" });
    assert.equal(Buffer.from(await store.get("a")).toString(), "x");
    assert.equal(processesOf("hangs").includes(first), false);
  });

  test("a process that is only slow stays when a call is told to stop", async () => {
    await using store = await open(place("slow"), true);
    await store.put("a", [Buffer.from("x")]);
    const before = processesOf("slow");
    const stop = new AbortController();
    const call = store.get("a", stop);
    await new Promise(setImmediate);
    stop.abort();
    await assert.rejects(call, { code: "interrupted" });
    await store.get("a");
    assert.deepEqual(processesOf("slow"), before);
  });

  test("ends its process when it is closed", async () => {
    const pattern = `rclone serve restic.*${place("closed").path}$`;
    {
      await using store = await open(place("closed"), true);
      await store.put("a", []);
      assert.notEqual(run("pgrep", ["-f", pattern]), "");
    }
    assert.throws(() => run("pgrep", ["-f", pattern])); // it answers 1 when there is none
  });

  test("the first put removes what died processes left a day ago, and nothing younger", async () => {
    const scratch = join(place("stale").path, ".tmp");
    mkdirSync(scratch, { recursive: true });
    const hours = (n: number): Date => new Date(systemClock.now().subtract({ hours: n }).epochMilliseconds);
    for (const [name, age] of [
      ["old", 25],
      ["young", 23],
    ] as const) {
      writeFileSync(join(scratch, name), name);
      utimesSync(join(scratch, name), hours(age), hours(age));
    }
    await using store = await open(place("stale"));
    await store.put("a", []);
    assert.deepEqual(readdirSync(scratch), ["young"]);
  });

  test("the probe finds a place fit for a vault but for contests, and leaves nothing", async () => {
    mkdirSync(place("probed").path);
    const scratch = await openRcloneScratch(place("probed"), {
      launch: launch(),
      clock: systemClock,
      entropy: systemEntropy,
      wrap: (storage) =>
        new RetryingStorage(storage, { clock: systemClock, entropy: systemEntropy, firstPauseMs: 50 }),
    });
    const report = await probeStorage(scratch, { clock: systemClock, entropy: systemEntropy });
    const failed = report.findings.flatMap(({ name, fault }) => (fault === undefined ? [] : [name]));
    assert.deepEqual(failed, ["conditional-create"]);
    assert.deepEqual([report.suitable, report.leftBehind], [true, 0]);
    assert.deepEqual(readdirSync(place("probed").path), []);
  });

  test("the program makes a vault behind rclone, backs up into it, restores, and probes it", async () => {
    using here = new Workplace();
    const environment = { RCLONE_CONFIG: join(folder, "rclone.conf") };
    const location = `rclone:below:by/program`;
    const vault = ["--vault", location, "--passphrase-file", here.passphraseFile];
    const done = async (...args: readonly string[]): Promise<Said> => {
      const said = await here.run(args, { environment });
      assert.equal(said.code, 0, said.text);
      return said;
    };
    mkdirSync(here.path("machines/web01"), { recursive: true });
    writeFileSync(
      here.path("machines/web01/web01.vhd"),
      makeVhd({ sizeBytes: 4_194_304, writes: [{ offset: 0, bytes: someBytes(5, 65_536) }] }),
    );
    await done("vault", "init", ...vault);
    await done("backup", "--host", `folder:${here.path("machines")}`, "--all", ...vault);
    await done("restore", "latest:web01", "--to-folder", here.path("back"), "--exact", ...vault);
    const back = readFileSync(here.path("back/web01/web01.vhd"));
    assert.ok(back.equals(readFileSync(here.path("machines/web01/web01.vhd"))));
    const points = (await done("points", ...vault)).lines;
    const copies = here.path("state/cache");
    const [place = ""] = readdirSync(copies);
    assert.ok(readdirSync(join(copies, place, "objects")).some((name) => name.startsWith("points+")));
    rmSync(copies, { recursive: true });
    assert.deepEqual((await done("points", ...vault)).lines, points);
    await done("verify", ...vault);
    const probe = await done("vault", "probe", location);
    assert.deepEqual([probe.summary["location"], probe.summary["suitable"]], [location, true]);
    assert.deepEqual(readdirSync(join(folder, "store/by/program/.tmp")), []);
  });

  test("a whole vault lives behind rclone", async () => {
    const vaultStore = async (create?: true): Promise<RetryingStorage> =>
      new RetryingStorage(await open(place("vault"), create), { clock: systemClock, entropy: systemEntropy });
    const files = { "D:\\web01.vhdx": someBytes(1, 300_000), "D:\\web01.vmcx": someBytes(2, 5_000) };
    {
      await using storage = await vaultStore(true);
      await using vault = (await createSmallVault(storage)).vault;
      await backUp(vault, files);
    }
    await using storage = await vaultStore();
    await using vault = await openSmallVault(storage);
    await backUp(vault, { ...files, "D:\\web01.vhdx": someBytes(3, 310_000) });
    const report = await vault.verify({ readDataPercent: 100 });
    assert.deepEqual([report.points, report.damaged], [2, []]);
    const [first] = await Array.fromAsync(vault.points(), ({ id }) => id);
    for (const file of (await vault.findPoint(String(first))).files) {
      const bytes = await bringBack(vault, file);
      assert.ok(Buffer.from(bytes).equals(files[file.path as keyof typeof files]), file.path);
    }
  });
});
