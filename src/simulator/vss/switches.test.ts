import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { creation, openOlderScene, runScript } from "../testing/diskshadow-scene.ts";

const SAVED = { guest: { os: "none", vss: "missing" } };
const OTHER = "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B02";
const LOG = "C:\\Windows\\Temp\\test.log";

async function captionWith(writerCaption: string): Promise<string | undefined> {
  await using scene = await openOlderScene("2012r2", { assumptions: { writerCaption } });
  const { output } = await runScript(scene, ["list writers metadata"]);
  return /Caption: (.*web01.*|)\r/.exec(output.slice(output.indexOf("Hyper-V")))?.[1];
}

test("writerCaption: the method stands before the name, behind it, not at all, or in other words", async () => {
  assert.equal(await captionWith("method-first"), "Online\\web01");
  assert.equal(await captionWith("name-first"), "web01(Online)");
  assert.equal(await captionWith("missing"), "");
  assert.equal(await captionWith("other-words"), "Protected\\web01");
});

test("checkpointsBesideDisks: on 2012 a guest takes part whatever lies where, or only if all lies on one volume", async () => {
  for (const [answer, words] of [
    ["not-needed", "Child Partition Snapshot"],
    ["needed", "Saved State"],
  ] as const) {
    await using scene = await openOlderScene("2012", { assumptions: { checkpointsBesideDisks: answer } });
    const { output } = await runScript(scene, ["list writers metadata"]);
    assert.ok(output.includes(`Backup Using ${words}\\web01`), answer);
  }
  const machine = { configurationRoot: "D:\\M" };
  await using beside = await openOlderScene("2012", {
    machine,
    assumptions: { checkpointsBesideDisks: "needed" },
  });
  const { output } = await runScript(beside, ["list writers metadata"]);
  assert.ok(output.includes("Backup Using Child Partition Snapshot\\web01"));
});

test("writerResumes: a saved machine goes on at once, late, or not at all, and audit tells", async () => {
  const cases = [
    ["at-once", "running", "running"],
    ["late", "saved", "running"],
    ["stays-saved", "saved", "saved"],
    ["stays-paused", "paused", "paused"],
  ] as const;
  for (const [writerResumes, soon, later] of cases) {
    await using scene = await openOlderScene("2012", { machine: SAVED, assumptions: { writerResumes } });
    assert.equal((await runScript(scene, creation())).exitCode, 0);
    assert.equal((await scene.host.state()).machines[0]?.state, soon, writerResumes);
    scene.clock.advance(10_000);
    assert.equal((await scene.host.state()).machines[0]?.state, later, writerResumes);
    const stands = (await scene.host.audit()).filter((line) => line.includes("ran, and is"));
    assert.equal(stands.length, later === "running" ? 0 : 1, writerResumes);
  }
});

test("emptyListingExitCode: a listing of nothing ends with 0 or with 1", async () => {
  for (const emptyListingExitCode of [0, 1]) {
    await using scene = await openOlderScene("2012r2", { assumptions: { emptyListingExitCode } });
    assert.equal((await runScript(scene, ["list shadows all"])).exitCode, emptyListingExitCode);
    await runScript(scene, creation());
    assert.equal((await runScript(scene, ["list shadows all"])).exitCode, 0);
  }
});

test("diskshadowAliases: `create` prints them or does not", async () => {
  for (const diskshadowAliases of [true, false]) {
    await using scene = await openOlderScene("2012r2", { assumptions: { diskshadowAliases } });
    assert.equal((await runScript(scene, creation())).output.includes("%First%"), diskshadowAliases);
  }
});

test("diskshadowLog: UTF-8 or UTF-16 as it goes, or all of it at the end", async () => {
  for (const [diskshadowLog, encoding] of [
    ["utf-8", "utf8"],
    ["utf-16", "utf16le"],
    ["at-the-end", "utf8"],
  ] as const) {
    await using scene = await openOlderScene("2012", { machine: SAVED, assumptions: { diskshadowLog } });
    const running = runScript(scene, creation(), ["/l", LOG]);
    while ((await scene.host.state()).machines[0]?.state !== "saved") await Promise.resolve();
    const early = await scene.host.files().stat(LOG);
    assert.equal(early === undefined, diskshadowLog === "at-the-end", diskshadowLog);
    const { output } = await running;
    const text = readFileSync(scene.native(LOG), encoding).replace(/^\uFEFF/, "");
    assert.equal(text, output, diskshadowLog);
  }
});

test("diskshadowVolumes: volumes are added by any of their names, or by letters only", async () => {
  for (const [diskshadowVolumes, exitCode] of [
    ["any", 0],
    ["letters", 3],
  ] as const) {
    await using scene = await openOlderScene("2012r2", { assumptions: { diskshadowVolumes } });
    const listing = (await runScript(scene, ["list writers metadata"])).output;
    const name = /(\\\\\?\\Volume\S+) \[D:/.exec(listing)?.[1] ?? "";
    assert.equal((await runScript(scene, [`add volume ${name}`])).exitCode, exitCode);
    assert.equal((await runScript(scene, ["add volume D:"])).exitCode, 0);
  }
});

test("endBackupKeepsSet: a persistent set stays after the end of the backup, or goes with it", async () => {
  for (const endBackupKeepsSet of [true, false]) {
    await using scene = await openOlderScene("2012r2", { assumptions: { endBackupKeepsSet } });
    await runScript(scene, creation());
    assert.equal(((await scene.host.state()).shadowCopies ?? []).length, endBackupKeepsSet ? 2 : 0);
  }
});

test("programsOfDeadClients: a diskshadow whose client is gone goes on, or ends where it is", async () => {
  for (const programsOfDeadClients of ["go-on", "end"]) {
    await using scene = await openOlderScene("2012", {
      machine: SAVED,
      assumptions: { programsOfDeadClients },
    });
    void runScript(scene, creation()).catch(() => undefined);
    while ((await scene.host.state()).machines[0]?.state !== "saved") await Promise.resolve();
    await scene.edit((host) => {
      for (const program of host["runningPrograms"] as { owner: number }[]) program.owner = 2 ** 30; // no process has it
    });
    scene.clock.advance(60_000);
    const isEnded = programsOfDeadClients === "end";
    assert.equal((await scene.host.state()).machines[0]?.state, isEnded ? "saved" : "running");
    assert.equal((await scene.host.state()).shadowCopies === undefined, isEnded);
  }
});

test("a scripted fault lets `create`, `end backup` or `delete shadows` fail with its code, so often", async () => {
  const instead = { errorCode: 0x800423f4, errorDescription: "The writer is out of order." };
  const faults = [{ method: "diskshadow create", times: 2, instead }];
  await using scene = await openOlderScene("2012r2", { host: { faults } });
  for (const exitCode of [3, 3, 0]) {
    const done = await runScript(scene, creation());
    assert.equal(done.exitCode, exitCode);
    assert.equal(done.output.includes("0x800423f4 (VSS_E_WRITERERROR_NONRETRYABLE)"), exitCode !== 0);
  }
});

test("a scripted fault `never-ends` lets diskshadow hang until its time is over", async () => {
  const faults = [{ method: "diskshadow create", instead: "never-ends" }];
  await using scene = await openOlderScene("2012r2", { host: { faults } });
  await assert.rejects(runScript(scene, creation()), { code: "host-command-timeout" });
  assert.deepEqual(
    (await scene.host.state()).programRuns?.map(({ exitCode }) => exitCode),
    [null],
  );
});

test("a scripted fault of `shadow-read` is a storage that is full in the middle: the device is gone", async () => {
  const faults = [{ method: "shadow-read", after: 1, instead: { errorCode: 1 } }];
  await using scene = await openOlderScene("2012r2", { host: { faults } });
  await runScript(scene, creation());
  const device = (await scene.host.state()).shadowCopies?.[0]?.device ?? "";
  await using source = await scene.host.files().open(`${device}\\M\\m.vhdx`);
  await source.read(new Uint8Array(512), 0);
  await assert.rejects(source.read(new Uint8Array(512), 512), { reason: "missing" });
  assert.equal(await scene.host.files().stat(`${device}\\M\\m.vhdx`), undefined);
});

test("users and guests act before and after diskshadow's acts", async () => {
  const act = { kind: "guest-write", machine: "web01", disk: 0, offset: 0, length: 512, seed: 3 };
  const script = [{ when: { event: "diskshadow create", moment: "before" }, act }];
  await using scene = await openOlderScene("2012r2", { host: { script } });
  const before = readFileSync(scene.native("D:\\M\\m.vhdx"));
  assert.equal((await runScript(scene, creation())).exitCode, 0);
  assert.notDeepEqual(readFileSync(scene.native("D:\\M\\m.vhdx")), before);
});

test("diskshadowFailure: a script ends at its first failure, or goes on and ends with 0", async () => {
  for (const [diskshadowFailure, exitCode] of [
    ["ends-script", 3],
    ["goes-on", 0],
  ] as const) {
    await using scene = await openOlderScene("2012r2", { assumptions: { diskshadowFailure } });
    const done = await runScript(scene, ["add volume X:", "list shadows all"]);
    assert.equal(done.exitCode, exitCode);
    assert.equal(done.output.includes("-> list shadows"), exitCode === 0);
  }
});

test("excludingAbsent: excluding what is not there fails, or is ignored", async () => {
  for (const [excludingAbsent, exitCode] of [
    ["fails", 3],
    ["ignored", 0],
  ] as const) {
    await using scene = await openOlderScene("2012r2", { assumptions: { excludingAbsent } });
    const exclude = "writer exclude {00000000-0000-0000-0000-000000000001}";
    assert.equal((await runScript(scene, [exclude])).exitCode, exitCode);
  }
});

test("excludedMachines: the writer leaves an excluded machine alone, or saves it too", async () => {
  const other = { ...SAVED, id: OTHER, name: "db01", state: "running", configurationVersion: "4.0" };
  for (const [excludedMachines, wanted] of [
    ["untouched", "running"],
    ["held", "saved"],
  ] as const) {
    await using scene = await openOlderScene("2012", { others: [other], assumptions: { excludedMachines } });
    const exclude = `writer exclude "Microsoft Hyper-V VSS Writer:\\${OTHER}"`;
    const running = runScript(scene, [exclude, ...creation()]);
    const states = new Set<unknown>();
    while ((await scene.host.state()).programRuns === undefined)
      states.add((await scene.host.state()).machines[1]?.state);
    assert.equal((await running).exitCode, 0);
    assert.equal([...states].at(-1), wanted);
  }
});

test("componentsSince2019: machines are components on 2019, or none is", async () => {
  const os = { caption: "Windows Server 2019", version: "10.0.17763", productType: 3 };
  for (const componentsSince2019 of [true, false]) {
    await using scene = await openOlderScene("2012r2", {
      host: { os },
      assumptions: { componentsSince2019 },
    });
    const { output } = await runScript(scene, ["list writers metadata"]);
    assert.equal(output.includes("web01"), componentsSince2019);
  }
});
