import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readBytes } from "../disk/index.ts";
import { openOlderScene } from "../simulator/testing/index.ts";
import {
  MachineBusyError,
  MachineNotInWriterError,
  ShadowCopyFailedError,
  WriterFailedError,
} from "./errors.ts";
import type { HeldMachine } from "./held-machine.ts";
import { MemoryJournal } from "./testing/index.ts";
import { holdOptions, hostWithPrograms, MACHINE } from "./testing/scene-host.ts";

type Options = Parameters<typeof openOlderScene>[1];
type Release = Parameters<typeof openOlderScene>[0];

const NO_GUEST = { guest: { os: "none", vss: "missing" } };
const DISK = "D:\\M\\m.vhdx";

/** Holds the machine, looks, lets go; nothing is left, the machine runs as before, and its disk is the same. */
async function held(
  release: Release,
  options: Options,
  look: (held: HeldMachine) => void | Promise<void>,
): Promise<void> {
  await using scene = await openOlderScene(release, options);
  const [before] = (await scene.host.state()).machines;
  const disk = digest(readFileSync(scene.native(DISK)));
  const journal = new MemoryJournal();
  await using host = await hostWithPrograms(scene, journal);
  {
    await using held = await host.hold(MACHINE, holdOptions());
    await look(held);
    await held.confirmUnchanged();
    assert.deepEqual((await held.release()).leftBehind, []);
  }
  await scene.host.finishJobs(); // the host merges by itself, and nobody waits for it
  assert.deepEqual(await scene.host.audit(), []);
  assert.deepEqual(journal.entries, []);
  assert.equal((await scene.host.state()).machines[0]?.state, before?.state);
  assert.equal(digest(readFileSync(scene.native(DISK))), disk);
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function viewOf(held: HeldMachine): NonNullable<HeldMachine["view"]> {
  return held.view ?? assert.fail("a shadow copy has a view of its own");
}

function codes(held: HeldMachine): readonly string[] {
  return held.warnings.map(({ code }) => code);
}

test("2012 R2, online: held through the recovered disk, application-consistent, uninterrupted", async () => {
  await held("2012r2", {}, (held) => {
    assert.deepEqual(
      [held.reached, held.method, held.checkpointKind, held.interruptedSeconds, codes(held)],
      ["application", "shadow-copy", "production", 0, []],
    );
    assert.match(held.disks[0]?.viewLeaf ?? "", /^D:\\M\\m_.*-AutoRecovery\.avhdx$/);
  });
});

test("2012 R2, offline: held through the leaf, crash-consistent, uninterrupted", async () => {
  await held("2012r2", { machine: NO_GUEST }, (held) => {
    assert.deepEqual(
      [held.reached, held.checkpointKind, held.interruptedSeconds, codes(held)],
      ["crash", "standard", 0, []],
    );
    assert.equal(held.disks[0]?.viewLeaf, DISK);
  });
});

for (const release of ["2012", "2008r2"] as const) {
  test(`${release}, with its guest: application-consistent, uninterrupted`, async () => {
    await held(release, {}, (held) => {
      assert.deepEqual(
        [held.reached, held.checkpointKind, held.interruptedSeconds, codes(held)],
        ["application", "production", 0, []],
      );
    });
  });

  test(`${release}, without its guest: saved meanwhile, with its memory, and the seconds are told`, async () => {
    await held(release, { machine: NO_GUEST }, (held) => {
      assert.deepEqual([held.reached, held.checkpointKind, held.memory], ["crash", "none", { kept: true }]);
      assert.ok(held.interruptedSeconds >= 1, `${held.interruptedSeconds} s`);
      assert.deepEqual(held.files.map(({ role }) => role).sort(), ["configuration", "memory", "memory"]);
    });
  });
}

test("machines that are off, saved or paused are held as they stand", async () => {
  for (const [state, reached] of [
    ["off", "crash"],
    ["saved", "saved"],
    ["paused", "crash"],
  ] as const) {
    for (const release of ["2012r2", "2012"] as const) {
      await held(release, { machine: { state } }, (held) => {
        assert.equal(held.reached, reached, `${release} ${state}`);
      });
    }
  }
});

test("what is read is the instant of the shadow copy, whatever the guest writes afterwards", async () => {
  await using scene = await openOlderScene("2012");
  const before = digest(readFileSync(scene.native(DISK)));
  await using host = await hostWithPrograms(scene, new MemoryJournal());
  await using held = await host.hold(MACHINE, holdOptions());
  await scene.host.guestWrite("web01", { disk: 0, offset: 0, bytes: new Uint8Array(8192).fill(1) });
  await using source = await viewOf(held).open(DISK);
  assert.equal(digest(await readBytes(source, 0, source.sizeBytes)), before);
});

test("configuration version 5.0 on 2016 and 2019 is held by shadow copy", async () => {
  for (const version of ["10.0.14393", "10.0.17763"]) {
    const os = { caption: "Windows Server", version, productType: 3 };
    await held("2012r2", { host: { os } }, (held) => {
      assert.deepEqual([held.method, held.reached], ["shadow-copy", "application"], version);
    });
  }
});

test("a machine whose settings forbid checkpoints is held by shadow copy where the host minds", async () => {
  const os = { caption: "Windows Server 2019", version: "10.0.17763", productType: 3 };
  const machine = { configurationVersion: "9.0", checkpointType: "disabled" };
  const assumptions = { disabledTypeRefusesRecovery: true };
  await held("2012r2", { host: { os }, machine, assumptions }, (held) => {
    assert.equal(held.method, "shadow-copy");
  });
});

test("a German host, an exit code of 1 for an empty list, no aliases and a log in UTF-16 change nothing", async () => {
  const os = { caption: "Windows Server 2012 R2", version: "6.3.9600", productType: 3, language: "de" };
  const assumptions = { emptyListingExitCode: 1, diskshadowAliases: false, diskshadowLog: "utf-16" };
  await held("2012r2", { host: { os }, assumptions }, (held) => {
    assert.deepEqual([held.reached, codes(held)], ["application", []]);
  });
  const old = { ...os, version: "6.2.9200" };
  await held("2012", { host: { os: old }, assumptions, machine: NO_GUEST }, (held) => {
    assert.deepEqual([held.reached, held.memory.kept], ["crash", true]);
  });
});

test("captions in another form: the method is read, or the forecast's word stands with a warning", async () => {
  for (const [writerCaption, expected] of [
    ["name-first", []],
    ["missing", ["writer-method-unclear"]],
    ["other-words", ["writer-method-unclear"]],
  ] as const) {
    await held("2012r2", { assumptions: { writerCaption } }, (held) => {
      assert.deepEqual([held.reached, codes(held)], ["application", expected], writerCaption);
    });
  }
});

test("a guest that must not take part because of where its checkpoints lie is saved, and the difference is told", async () => {
  await held("2012", { assumptions: { checkpointsBesideDisks: "needed" } }, (held) => {
    assert.equal(held.reached, "crash");
    assert.ok(codes(held).includes("forecast-differs"));
    assert.ok(held.interruptedSeconds >= 1);
  });
});

test("a machine that the writer leaves saved, paused or resumes late runs again", async () => {
  for (const [writerResumes, told] of [
    ["late", false],
    ["stays-saved", true],
    ["stays-paused", true],
  ] as const) {
    await held("2012", { machine: NO_GUEST, assumptions: { writerResumes } }, (held) => {
      if (told) assert.ok(codes(held).includes("guest-resumed"), writerResumes);
      assert.ok(held.interruptedSeconds >= 5, `${writerResumes}: ${held.interruptedSeconds} s`);
    });
  }
});

test("a set that the end of the backup takes away is a shadow copy that cannot be read, and nothing is left", async () => {
  await using scene = await openOlderScene("2012r2", { assumptions: { endBackupKeepsSet: false } });
  const journal = new MemoryJournal();
  await using host = await hostWithPrograms(scene, journal);
  await assert.rejects(host.hold(MACHINE, holdOptions()), { code: "shadow-copy-unreadable" });
  assert.deepEqual([await scene.host.audit(), journal.entries], [[], []]);
});

test("the storage of shadow copies that is full in the middle fails the reading, and nothing is left", async () => {
  const faults = [{ method: "shadow-read", instead: { errorCode: 1 } }];
  await using scene = await openOlderScene("2008r2", { host: { faults } });
  const journal = new MemoryJournal();
  await using host = await hostWithPrograms(scene, journal);
  {
    await using held = await host.hold(MACHINE, holdOptions());
    {
      await using source = await viewOf(held).open(DISK);
      await assert.rejects(source.read(new Uint8Array(512), 0), { code: "host-file-missing" });
    }
    await assert.rejects(held.confirmUnchanged(), { code: "shadow-copy-unreadable" });
    assert.deepEqual((await held.release()).leftBehind, []);
  }
  assert.deepEqual([await scene.host.audit(), journal.entries], [[], []]);
});

test("a writer that fails is waited for, tried again, or told, by its code", async () => {
  const failing = (errorCode: number, times: number): Options => ({
    host: { faults: [{ method: "diskshadow create", times, instead: { errorCode } }] },
  });
  await held("2012r2", failing(0x800423f3, 2), (held) => {
    assert.equal(held.attempts, 3);
  });
  await held("2012r2", failing(0x800423f4, 1), (held) => {
    assert.equal(held.reached, "application");
  });
  for (const [code, times, error] of [
    [0x800423f4, 2, WriterFailedError],
    [0x8004231f, 1, ShadowCopyFailedError],
    [0x80042316, 40, MachineBusyError],
  ] as const) {
    await using scene = await openOlderScene("2012r2", failing(code, times));
    const journal = new MemoryJournal();
    await using host = await hostWithPrograms(scene, journal);
    await assert.rejects(host.hold(MACHINE, holdOptions()), error);
    const left = (await scene.host.audit()).filter((line) => !line.includes("scripted fault"));
    assert.deepEqual([left, journal.entries], [[], []]);
  }
});

test("without a recovered disk the leaf is the view leaf; without saved files the memory is not kept", async () => {
  await held("2012r2", { assumptions: { autoRecoveryDisk: false } }, (held) => {
    assert.deepEqual([held.reached, held.disks[0]?.viewLeaf], ["application", DISK]);
  });
  await held("2012", { machine: NO_GUEST, assumptions: { savedFilesInShadow: false } }, (held) => {
    assert.deepEqual([held.reached, held.memory.kept], ["crash", false]);
  });
});

test("a machine with checkpoints switched off that the writer saves: its seconds are told", async () => {
  const os = { caption: "Windows Server 2019", version: "10.0.17763", productType: 3 };
  const machine = { configurationVersion: "9.0", checkpointType: "disabled" };
  const assumptions = { disabledTypeRefusesRecovery: true, disabledTypeWriter: "saves" };
  await held("2012r2", { host: { os }, machine, assumptions }, (held) => {
    assert.deepEqual([held.method, held.reached], ["shadow-copy", "crash"]);
    assert.ok(held.interruptedSeconds >= 1, `${held.interruptedSeconds} s`);
  });
});

test("a script that goes on after a failure, and a writer without components, are told as what they are", async () => {
  const faults = [{ method: "diskshadow create", instead: { errorCode: 0x8004231f } }];
  const assumptions = { diskshadowFailure: "goes-on" };
  await using full = await openOlderScene("2012r2", { host: { faults }, assumptions });
  const first = await hostWithPrograms(full, new MemoryJournal());
  await assert.rejects(first.hold(MACHINE, holdOptions()), ShadowCopyFailedError);
  assert.deepEqual(await full.host.audit(), []);
  const os = { caption: "Windows Server 2019", version: "10.0.17763", productType: 3 };
  const none = { componentsSince2019: false };
  await using recent = await openOlderScene("2012r2", { host: { os }, assumptions: none });
  const second = await hostWithPrograms(recent, new MemoryJournal());
  await assert.rejects(second.hold(MACHINE, holdOptions()), MachineNotInWriterError);
});

test("a drive's place on 2008 R2 is found in either property", async () => {
  for (const classicPlace of ["address", "address-on-parent"]) {
    const disks = [{ controller: "scsi", number: 0, location: 5, path: DISK }];
    await held("2008r2", { machine: { disks }, assumptions: { classicPlace } }, (held) => {
      assert.deepEqual(held.disks, [{ controller: "scsi", number: 0, location: 5, viewLeaf: DISK }]);
    });
  }
});

test("a replica that applies a log is busy on 2012 R2", async () => {
  const replication = { mode: "replica", state: "applying-log", health: "ok" };
  await using scene = await openOlderScene("2012r2", { machine: { state: "off", replication } });
  await using host = await hostWithPrograms(scene, new MemoryJournal());
  await assert.rejects(host.hold(MACHINE, holdOptions()), MachineBusyError);
  assert.deepEqual(await scene.host.audit(), []);
});

test("a machine that went away between inventory and writer is not in the writer", async () => {
  const act = { kind: "delete-machine", machine: "web01" };
  const script = [{ when: { event: "run", moment: "before" }, act }];
  await using scene = await openOlderScene("2012r2", { host: { script } });
  const journal = new MemoryJournal();
  await using host = await hostWithPrograms(scene, journal);
  await assert.rejects(host.hold(MACHINE, holdOptions()), MachineNotInWriterError);
  assert.deepEqual(journal.entries, []);
});
