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
import { holdsVault, servesProgram } from "../../../test/testing/vault-in-store.ts";
import { type Clock, systemClock, systemEntropy } from "../../base/index.ts";
import { FakeClock } from "../../base/testing/index.ts";
import { someBytes } from "../../vault/testing/index.ts";
import { openLocalStorage } from "../local/open-local-storage.ts";
import { probeStorage } from "../probe/probe-storage.ts";
import { RetryingStorage } from "../retrying-storage.ts";
import { storageContract } from "../testing/index.ts";
import { openRcloneStorage } from "./open-rclone-storage.ts";
import type { RcloneLaunch, RclonePlace } from "./rclone-place.ts";
import { RcloneRemote } from "./rclone-remote.ts";
import { openRcloneScratch } from "./rclone-scratch.ts";
import { RcloneStorage } from "./rclone-storage.ts";

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

  test("a remote that can neither move nor copy is written in place, and keeps nothing of a put that broke off", async () => {
    mkdirSync(place("in-place").path);
    const remote = new RcloneRemote(place("in-place"), {
      launch: launch(),
      clock: systemClock,
      entropy: systemEntropy,
    });
    await using store = new RcloneStorage({
      remote,
      location: "in place",
      entropy: systemEntropy,
      puts: "in-place",
    });
    await store.put("packs/a", [Buffer.from("x")]);
    assert.deepEqual(readdirSync(place("in-place").path), ["packs"]); // nothing was written elsewhere before
    await assert.rejects(store.put("packs/a", []), { code: "storage-object-exists" });
    const stop = new AbortController();
    const parts = Array.from({ length: 64 }, () => new Uint8Array(1_000_000));
    const put = store.put("packs/b", parts, { signal: stop.signal });
    while (!readdirSync(join(place("in-place").path, "packs")).some((name) => name.startsWith("b"))) {
      await new Promise(setImmediate);
    }
    stop.abort();
    await assert.rejects(put, { code: "interrupted" });
    assert.deepEqual(await Array.fromAsync(store.list(""), ({ name }) => name), ["packs/a"]);
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
    const environment = { RCLONE_CONFIG: join(folder, "rclone.conf") };
    await servesProgram("rclone:below:by/program", environment, async ({ here, vault, done }) => {
      const points = (await done("points", ...vault)).lines;
      const copies = here.path("state/cache");
      const [copied = ""] = readdirSync(copies);
      assert.ok(readdirSync(join(copies, copied, "objects")).some((name) => name.startsWith("points+")));
      rmSync(copies, { recursive: true });
      assert.deepEqual((await done("points", ...vault)).lines, points);
      await done("verify", ...vault);
    });
    assert.deepEqual(readdirSync(join(folder, "store/by/program/.tmp")), []);
  });

  test("a whole vault lives behind rclone", async () => {
    await holdsVault(async (create) => await open(place("vault"), create));
  });
});
