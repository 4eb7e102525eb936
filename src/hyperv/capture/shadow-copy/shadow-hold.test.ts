import assert from "node:assert/strict";
import { test } from "node:test";
import { guid, InterruptedError } from "../../../base/index.ts";
import { HostCommandError, type HostCommands } from "../../../places/index.ts";
import {
  ApplicationConsistencyRequiredError,
  CaptureMethodNotAvailableError,
  MachineBusyError,
  MachineNotInWriterError,
  ShadowCopyFailedError,
  ShadowCopyUnreadableError,
  WriterFailedError,
} from "../../errors.ts";
import type { HeldMachine } from "../../held-machine.ts";
import { ROW_MACHINE, row } from "../../testing/index.ts";
import { holdOptions } from "../../testing/scene-host.ts";
import { DISK, OTHER_MACHINE, ShadowScene, type ShadowSceneOptions } from "../../testing/shadow-scene.ts";

const ID = guid(ROW_MACHINE);

function codesOf(held: HeldMachine): readonly string[] {
  return held.warnings.map(({ code }) => code);
}

/** Holds, looks, releases, and finds nothing left. */
async function heldIn(
  options: ShadowSceneOptions,
  look: (held: HeldMachine, scene: ShadowScene) => Promise<void> | void,
  prepare: (scene: ShadowScene) => void = () => undefined,
): Promise<void> {
  const scene = new ShadowScene(options);
  prepare(scene);
  await using host = await scene.host();
  const held = await host.hold(ID, holdOptions());
  await look(held, scene);
  await held.confirmUnchanged();
  assert.deepEqual((await held.release()).leftBehind, []);
  assert.deepEqual(scene.audit(), []);
  assert.equal(scene.diskshadow.backups, scene.diskshadow.backupsEnded, "a backup was not ended");
}

for (const language of ["en", "de"] as const) {
  test(`a machine of 2012 R2 is held by a shadow copy and read by its own paths, on a host that speaks ${language}`, async () => {
    await heldIn(
      {},
      async (held, scene) => {
        assert.deepEqual(
          [held.method, held.reached, held.checkpointKind, held.interruptedSeconds],
          ["shadow-copy", "application", "production", 0],
        );
        assert.deepEqual(
          held.disks.map(({ viewLeaf }) => viewLeaf),
          [DISK],
        );
        assert.deepEqual(
          held.files.map(({ path, role }) => `${role} ${path}`),
          [`configuration C:\\VMs\\Virtual Machines\\${ROW_MACHINE}.xml`],
        );
        scene.files.write(DISK, "written after the shadow copy was made");
        await using source = await (held.view ?? assert.fail("there is no view")).open(DISK);
        assert.equal(source.sizeBytes, "disk".length);
        assert.deepEqual(held.warnings, []);
      },
      (scene) => {
        scene.diskshadow.language = language;
      },
    );
  });
}

test("the script verifies the writer, and excludes other writers and every other machine", async () => {
  await heldIn({}, (_, { diskshadow }) => {
    const script = diskshadow.scripts.find((text) => text.includes("create")) ?? "";
    const lines = script.split("\n");
    assert.deepEqual(lines, [
      "set context persistent",
      lines[1],
      "set verbose on",
      "writer verify {66841cd4-6ded-4f4b-8f17-fd23f8ddc3de}",
      "writer exclude {e8132975-6f93-4464-a53e-1050253ae220}",
      `writer exclude "Microsoft Hyper-V VSS Writer:\\${OTHER_MACHINE}"`,
      "begin backup",
      "add volume C: alias Stillpoint0",
      "add volume D: alias Stillpoint1",
      "create",
      "end backup",
    ]);
    assert.match(lines[1] ?? "", /^set metadata C:\\Windows\\Temp\\Stillpoint-run-1-[0-9a-f]{8}\.cab$/);
  });
});

test("a guest that the writer saves is measured, and its memory is kept where it is found", async () => {
  const memory = `C:\\VMs\\Virtual Machines\\${ROW_MACHINE}\\${ROW_MACHINE}`;
  const options = {
    release: "2012",
    caption: "Backup Using Saved State\\web01",
    rows: { Msvm_VssComponent: [] },
    files: { [`${memory}.bin`]: "memory", [`${memory}.vsv`]: "state" },
  } as const;
  await heldIn(
    options,
    (held, scene) => {
      assert.equal(held.forecast.interruptsGuest, "save");
      assert.deepEqual([held.reached, held.checkpointKind, held.memory.kept], ["crash", "none", true]);
      assert.ok(
        held.interruptedSeconds >= 12 && held.interruptedSeconds < 60,
        `${held.interruptedSeconds} s`,
      );
      assert.deepEqual(scene.asked, [], "the writer resumed it itself");
      assert.deepEqual(codesOf(held), []);
    },
    (scene) => {
      scene.diskshadow.onCreate = async () => {
        scene.setState(6);
        await scene.turns(20);
        scene.clock.advance(12_000);
        await scene.turns(20);
        scene.setState(2);
        return undefined;
      };
    },
  );
});

test("a machine of 2008 R2 is held through the older namespace, and resumed in its words", async () => {
  const options = { release: "2008r2", caption: "Backup Using Saved State\\web01" } as const;
  await heldIn(
    options,
    (held, scene) => {
      assert.deepEqual([held.method, held.reached, held.memory.kept], ["shadow-copy", "crash", false]);
      assert.equal(held.disks[0]?.viewLeaf, DISK);
      assert.equal(held.files[0]?.path, `C:\\VMs\\Virtual Machines\\${ROW_MACHINE}.xml`);
      assert.deepEqual([scene.asked, scene.state], [[2], 2]);
    },
    (scene) => {
      scene.diskshadow.onCreate = () => {
        scene.setState(32_769);
        return undefined;
      };
    },
  );
});

test("a guest that stays saved after the shadow copy is told to go on", async () => {
  await heldIn(
    { caption: "Offline\\web01" },
    (held, scene) => {
      assert.deepEqual(scene.asked, [2]);
      assert.equal(scene.state, 2);
      assert.ok(held.interruptedSeconds >= 5);
      assert.deepEqual(codesOf(held), ["forecast-differs", "guest-interrupted", "guest-resumed"]);
      assert.deepEqual([held.reached, held.checkpointKind], ["crash", "standard"]);
    },
    (scene) => {
      scene.diskshadow.onCreate = () => {
        scene.setState(6);
        return undefined;
      };
    },
  );
});

test("a guest that stays saved is resumed also when the shadow copy fails", async () => {
  const scene = new ShadowScene();
  scene.diskshadow.onCreate = () => {
    scene.setState(9);
    return "- Returned HRESULT = 8004231f\n- Error text: VSS_E_INSUFFICIENT_STORAGE";
  };
  await using host = await scene.host();
  const options = holdOptions();
  await assert.rejects(host.hold(ID, options), (error) => {
    assert.ok(error instanceof ShadowCopyFailedError);
    assert.deepEqual([error.hostCode, error.retry], [0x8004231f, "after-repair"]);
    return true;
  });
  assert.deepEqual(
    options.said.map((event) => (event.type === "step-warning" ? event.notice.code : event.type)),
    ["guest-resumed", "guest-interrupted"],
  );
  assert.equal(scene.state, 2);
  assert.deepEqual(scene.audit(), []);
});

test("a guest that cannot be resumed is named, and the journal keeps it until it runs", async () => {
  const scene = new ShadowScene();
  scene.obeys = false;
  scene.diskshadow.onCreate = () => {
    scene.setState(6);
    return undefined;
  };
  await using host = await scene.host();
  const held = await host.hold(ID, holdOptions());
  assert.ok(codesOf(held).includes("guest-not-resumed"));
  const { leftBehind } = await held.release();
  assert.match(leftBehind[0] ?? "", /machine "web01": it ran before the backup and now is saved/);
  assert.deepEqual(scene.audit(), ["journal entry paused-guest"]);
  scene.obeys = true;
  scene.journal.die();
  const { removed } = await (await scene.host()).cleanUp();
  assert.match(removed[0] ?? "", /machine "web01": the state "saved"/);
  assert.deepEqual([scene.state, scene.audit()], [2, []]);
});

test("what the writer announces lowers the label, and is a refusal where more is required", async () => {
  await heldIn({ caption: "web01(Offline)" }, (held) => {
    assert.equal(held.reached, "crash");
    assert.match(held.warnings[0]?.message ?? "", /forecast was application, reached is crash/);
  });
  const scene = new ShadowScene({ caption: "Offline\\web01" });
  await using host = await scene.host();
  const options = holdOptions({ requireApplication: true });
  await assert.rejects(host.hold(ID, options), ApplicationConsistencyRequiredError);
  assert.equal(scene.diskshadow.scripts.filter((text) => text.includes("create")).length, 0);
  assert.deepEqual(scene.audit(), []);
});

test("a caption that says nothing leaves the forecast's word, and says so", async () => {
  await heldIn({ caption: "Arbeitsplatz" }, (held) => {
    assert.equal(held.reached, "application");
    assert.deepEqual(codesOf(held), ["writer-method-unclear"]);
  });
});

test("a machine that is off, and one that is saved, are held as they are", async () => {
  await heldIn({ machine: { EnabledState: 3 }, caption: "Offline\\web01" }, (held, scene) => {
    assert.deepEqual([held.reached, held.checkpointKind, codesOf(held)], ["crash", "none", []]);
    assert.ok(!scene.journal.acts.includes("record paused-guest"));
  });
  const memory = `C:\\VMs\\Virtual Machines\\${ROW_MACHINE}\\${ROW_MACHINE}`;
  const saved = { machine: { EnabledState: 6 }, caption: "Offline\\web01" };
  await heldIn({ ...saved, files: { [`${memory}.bin`]: "m", [`${memory}.vsv`]: "s" } }, (held) => {
    assert.deepEqual([held.reached, held.memory], ["saved", { kept: true }]);
  });
  await heldIn(saved, (held) => {
    assert.deepEqual([held.reached, codesOf(held)], ["crash", ["forecast-differs"]]);
  });
});

test("a failure that passes by itself is waited for; when it never ends the machine is busy", async () => {
  const busy = "Writer Failure code: 0x800423f3 (VSS_E_WRITERERROR_RETRYABLE)";
  const scene = new ShadowScene();
  let failures = 2;
  scene.diskshadow.onCreate = () => (failures-- > 0 ? busy : undefined);
  await using host = await scene.host();
  const options = holdOptions();
  const held = await host.hold(ID, options);
  assert.equal(held.attempts, 3);
  assert.ok(options.said.some((event) => event.type === "step-note" && event.message.includes("0x800423f3")));
  await held.release();
  failures = 99;
  await assert.rejects(host.hold(ID, holdOptions()), (error) => {
    assert.ok(error instanceof MachineBusyError);
    assert.match(error.message, /trying again may help/);
    return true;
  });
  assert.deepEqual(scene.audit(), []);
});

test("a replica of 2012 whose replication goes on while the shadow copy is made is waited for", async () => {
  const replica = { EnabledState: 3, ReplicationMode: 2, ReplicationState: 3, ReplicationHealth: 1 };
  const scene = new ShadowScene({
    release: "2012",
    caption: "Backup Using Saved State\\web01",
    machine: replica,
  });
  let moves = 1;
  scene.diskshadow.onCreate = () => {
    if (moves-- > 0) scene.set({ ReplicationHealth: 2 });
    return undefined;
  };
  await using host = await scene.host();
  const options = holdOptions();
  const held = await host.hold(ID, options);
  assert.deepEqual([held.attempts, held.reached], [2, "crash"]);
  assert.ok(
    options.said.some((event) => event.type === "step-note" && /its replication went on/.test(event.message)),
  );
  await held.release();
  assert.deepEqual(scene.audit(), []);
});

test("a machine that the writer fails although it said online is tried once more, then fails with the writer's code", async () => {
  const scene = new ShadowScene();
  let tries = 0;
  scene.diskshadow.onCreate = () => {
    tries++;
    return "0x800423f4 (VSS_E_WRITERERROR_NONRETRYABLE)";
  };
  await using host = await scene.host();
  await assert.rejects(host.hold(ID, holdOptions()), (error) => {
    assert.ok(error instanceof WriterFailedError);
    assert.deepEqual([error.hostCode, error.retry], [0x800423f4, "after-repair"]);
    return true;
  });
  assert.equal(tries, 2);
  assert.deepEqual(scene.audit(), []);
});

test("a machine that the writer does not list is an error of its own", async () => {
  const scene = new ShadowScene();
  scene.diskshadow.components = [{ id: OTHER_MACHINE, caption: "Offline\\db01" }];
  await using host = await scene.host();
  await assert.rejects(host.hold(ID, holdOptions()), MachineNotInWriterError);
  assert.deepEqual(scene.audit(), []);
});

test("a host without diskshadow says that the method is not available", async () => {
  const scene = new ShadowScene();
  const noPrograms: HostCommands = {
    run: async (program) => {
      throw new HostCommandError(`Cannot run "${program}": there is no such program`, {
        program,
        reason: "missing",
      });
    },
  };
  await using host = await scene.host({ commands: noPrograms });
  await assert.rejects(host.hold(ID, holdOptions()), CaptureMethodNotAvailableError);
  assert.deepEqual(scene.audit(), []);
});

test("a shadow copy whose device cannot be read is removed again", async () => {
  const scene = new ShadowScene();
  scene.diskshadow.afterCreate = () => {
    for (const path of scene.files.paths()) if (path.startsWith("\\\\?\\")) scene.files.removeBelow(path);
  };
  await using host = await scene.host();
  await assert.rejects(host.hold(ID, holdOptions()), ShadowCopyUnreadableError);
  assert.deepEqual(scene.audit(), []);
});

test("`confirmUnchanged()` fails when the shadow copy went away while it was read", async () => {
  const scene = new ShadowScene();
  await using host = await scene.host();
  await using held = await host.hold(ID, holdOptions());
  scene.files.removeBelow("\\\\?\\GLOBALROOT\\");
  await assert.rejects(held.confirmUnchanged(), ShadowCopyUnreadableError);
});

test("`release()` names shadow copies that the host does not delete, and the next start deletes them", async () => {
  const scene = new ShadowScene();
  scene.diskshadow.onDelete = () => "80042302 VSS_E_UNEXPECTED";
  await using host = await scene.host();
  const held = await host.hold(ID, holdOptions());
  const { leftBehind } = await held.release();
  assert.match(leftBehind[0] ?? "", /machine "web01": its shadow copies of set \{aaaaaaaa-.*\} stand/);
  scene.diskshadow.onDelete = () => undefined;
  scene.journal.die();
  assert.deepEqual((await (await scene.host()).cleanUp()).leftBehind, []);
  assert.deepEqual(scene.audit(), []);
});

test("an interrupted hold lets diskshadow come to its end, then removes what it made", async () => {
  const scene = new ShadowScene();
  const stopping = new AbortController();
  scene.diskshadow.onCreate = () => {
    stopping.abort();
    return undefined;
  };
  await using host = await scene.host();
  await assert.rejects(host.hold(ID, holdOptions({ signal: stopping.signal })), InterruptedError);
  assert.equal(scene.diskshadow.backupsEnded, 1);
  assert.deepEqual(scene.audit(), []);
});

test("the recovered disk of 2012 R2 is the view leaf, as its chain says", async () => {
  const recovered = "D:\\M\\m_1-AutoRecovery.avhdx";
  const scene = new ShadowScene();
  scene.diskshadow.onCreate = () => {
    scene.files.write(recovered, "recovered");
    return undefined;
  };
  scene.diskshadow.afterCreate = () => {
    scene.files.removeBelow(recovered);
  };
  await using host = await scene.host();
  const chainOf = async (_files: unknown, leaf: string): Promise<readonly string[]> => [
    leaf,
    "D:\\M\\m_1.avhdx",
    DISK,
  ];
  await using held = await host.hold(ID, holdOptions({ chainOf }));
  assert.equal(held.disks[0]?.viewLeaf, recovered);
});

test("a machine of 2019 whose checkpoints are switched off is held by a shadow copy when the host refuses one", async () => {
  const scene = new ShadowScene({
    release: "2019",
    caption: "Offline\\web01",
    settings: { UserSnapshotType: 2, Version: "9.0" },
    rows: {
      Msvm_VirtualSystemSnapshotService: [row("Msvm_VirtualSystemSnapshotService", { Name: "v" }, ["Name"])],
    },
  });
  scene.session.invoke = async (_on, method) => ({
    returnValue: method === "CreateSnapshot" ? 32_768 : 0,
    out: {},
  });
  await using host = await scene.host();
  const options = holdOptions();
  const held = await host.hold(ID, options);
  assert.deepEqual([held.method, held.reached, held.checkpointKind], ["shadow-copy", "crash", "none"]);
  assert.ok(
    options.said.some(
      (event) => event.type === "step-note" && event.message.includes("shadow copy is made instead"),
    ),
  );
  await held.release();
  assert.deepEqual(scene.audit(), []);
});
