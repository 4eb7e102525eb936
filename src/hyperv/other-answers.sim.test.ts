/*
 * The second answers of switches of the simulated host (docs/unconfirmed.md) on which the product must not depend.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Scene } from "../simulator/testing/index.ts";
import { CheckpointFailedError, MachineBusyError } from "./errors.ts";
import { MemoryJournal } from "./testing/index.ts";
import { holdOptions, hostOf, MACHINE } from "./testing/scene-host.ts";

const IMPATIENT = { patience: { attempts: 1, firstDelayMs: 1, longestDelayMs: 1 } } as const;

test("another product's checkpoint is waited for also where the host would take a second one", async () => {
  for (const secondRecoveryRefused of [true, false]) {
    await using scene = await Scene.open({
      host: { assumptions: { secondRecoveryRefused } },
      machine: {
        recoveryCheckpoints: [
          { id: "AAAAAAAA-0000-4000-8000-000000000001", name: "Other", created: "2025-12-31T23:00:00Z" },
        ],
      },
    });
    const host = await hostOf(scene, new MemoryJournal());
    await assert.rejects(host.hold(MACHINE, holdOptions(IMPATIENT)), MachineBusyError);
    assert.equal((await scene.host.state()).machines[0]?.recoveryCheckpoints?.length, 1);
  }
});

test("a hold on 2016 works whether the host minds GuestBackupType or not", async () => {
  for (const guestBackupTypeOn2016 of ["fails", "ignored"]) {
    await using scene = await Scene.open({
      host: {
        os: { caption: "Windows Server 2016", version: "10.0.14393", productType: 3 },
        assumptions: { guestBackupTypeOn2016 },
      },
      machine: { configurationVersion: "8.0" },
    });
    const host = await hostOf(scene, new MemoryJournal());
    await using held = await host.hold(MACHINE, holdOptions(IMPATIENT));
    assert.equal(held.reached, "application", guestBackupTypeOn2016);
    await held.release();
    assert.deepEqual(await scene.host.audit(), []);
  }
});

test("a VHD set that the host does not leave out fails its machine, and nothing is left", async () => {
  for (const vhdSetIgnored of [true, false]) {
    await using scene = await Scene.open({
      host: { assumptions: { vhdSetIgnored } },
      machine: {
        disks: [
          { controller: "scsi", number: 0, location: 0, path: "D:\\M\\m.vhdx" },
          { controller: "scsi", number: 0, location: 1, path: "D:\\M\\set.vhds", shared: "vhds" },
        ],
      },
    });
    const journal = new MemoryJournal();
    const host = await hostOf(scene, journal);
    const holding = host.hold(MACHINE, holdOptions(IMPATIENT));
    if (vhdSetIgnored) {
      const held = await holding;
      assert.equal(held.uncovered.length, 1);
      await held.release();
    } else {
      await assert.rejects(holding, (error: unknown) => {
        assert.ok(error instanceof CheckpointFailedError);
        assert.match(error.message, /A shared virtual hard disk is attached/);
        return true;
      });
    }
    assert.deepEqual(await scene.host.audit(), []);
    assert.deepEqual(journal.entries, []);
  }
});

test("the size of a pass-through disk is 1,024 times too large where the host says bytes, and nothing else differs", async () => {
  const bytes = 64 * 1_073_741_824;
  const read = async (mediaSizeUnit: string): Promise<unknown> => {
    await using scene = await Scene.open({
      host: { assumptions: { mediaSizeUnit } },
      machine: {
        disks: [{ controller: "scsi", number: 0, location: 1, physicalDisk: { number: 3, bytes } }],
      },
    });
    const host = await hostOf(scene, new MemoryJournal());
    const [machine] = await host.inventory();
    return machine?.disks[0];
  };
  const disk = { controller: "scsi", number: 0, location: 1, kind: "pass-through" };
  assert.deepEqual(await read("kilobytes"), { ...disk, physicalDisk: { number: 3, bytes } });
  assert.deepEqual(await read("bytes"), { ...disk, physicalDisk: { number: 3, bytes: bytes * 1024 } });
});

test("a machine that is off is held at level crash, whether the host takes level application for it or not", async () => {
  for (const applicationLevelWhenNotRunning of ["works", "fails"]) {
    for (const state of ["off", "saved"]) {
      await using scene = await Scene.open({
        host: { assumptions: { applicationLevelWhenNotRunning } },
        machine: { state },
      });
      const host = await hostOf(scene, new MemoryJournal());
      const held = await host.hold(MACHINE, holdOptions(IMPATIENT));
      assert.deepEqual([held.reached, held.warnings], [state === "off" ? "crash" : "saved", []]);
      await held.release();
      assert.deepEqual(await scene.host.audit(), []);
    }
  }
});

test("a machine of configuration 5.0 is held by a recovery checkpoint that is asked for, or fails as the host says", async () => {
  for (const oldVersionRecovery of ["works", "fails"]) {
    await using scene = await Scene.open({
      host: { assumptions: { oldVersionRecovery } },
      machine: { configurationVersion: "5.0" },
    });
    const journal = new MemoryJournal();
    const host = await hostOf(scene, journal);
    const holding = host.hold(MACHINE, holdOptions({ ...IMPATIENT, method: "recovery-checkpoint" }));
    if (oldVersionRecovery === "works") {
      const held = await holding;
      assert.deepEqual([held.method, held.reached], ["recovery-checkpoint", "crash"]);
      await held.release();
    } else {
      await assert.rejects(holding, (error: unknown) => {
        assert.ok(error instanceof CheckpointFailedError);
        assert.match(error.message, /Configuration version 5\.0 does not support it/);
        return true;
      });
    }
    assert.deepEqual([await scene.host.audit(), journal.entries], [[], []]);
  }
});

test("a primary whose partner must be resynchronised is held with a warning, or waited for where the host refuses", async () => {
  for (const primaryReplicationBlocks of [false, true]) {
    await using scene = await Scene.open({
      host: { assumptions: { primaryReplicationBlocks } },
      machine: { replication: { mode: "primary", state: "waiting-to-start-resynchronization" } },
    });
    const journal = new MemoryJournal();
    const host = await hostOf(scene, journal);
    const holding = host.hold(MACHINE, holdOptions(IMPATIENT));
    if (primaryReplicationBlocks) await assert.rejects(holding, MachineBusyError);
    else {
      const held = await holding;
      assert.deepEqual(
        [held.reached, held.warnings.map(({ code }) => code)],
        ["application", ["replica-partner-critical"]],
      );
      await held.release();
    }
    assert.deepEqual([await scene.host.audit(), journal.entries], [[], []]);
  }
});
