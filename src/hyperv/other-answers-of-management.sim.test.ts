/*
 * What the product does where Hyper-V's management answers otherwise than docs/unconfirmed.md assumes: the entries for which
 * the simulated host has no switch. The answers are changed on their way from the host.
 */
import assert from "node:assert/strict";
import { copyFile } from "node:fs/promises";
import { describe, test } from "node:test";
import { CimFault, type CimInstance, type CimSession, type CimValue, textOf } from "../cim/index.ts";
import { Scene, type SceneOptions } from "../simulator/testing/index.ts";
import {
  CheckpointFailedError,
  MachineBusyError,
  MachineNotFoundError,
  MachineOnOtherNodeError,
} from "./errors.ts";
import type { HeldMachine } from "./held-machine.ts";
import { changedSession, noSuchClass, rowWith, type SessionChanges } from "./testing/changed-session.ts";
import { codesOf, failsWhere, heldWhere } from "./testing/held-where.ts";
import { KilledError, MemoryJournal } from "./testing/index.ts";
import { holdOptions, hostOf, MACHINE } from "./testing/scene-host.ts";

const SETTINGS = "Msvm_VirtualSystemSettingData";
const RESOURCE = "Msvm_ResourceAllocationSettingData";
const REFUSED = { returnValue: 32_773, out: {} };

function failing(method: string, errorCode: number, errorDescription: string, times = 1): SceneOptions {
  return { host: { faults: [{ method, times, instead: { errorCode, errorDescription } }] } };
}

describe("where a busy machine refuses with another code (busy-code)", () => {
  test("it is waited for by 32775 and by 32774 whatever the sentence, and by 32768 with the sentence in English or German", async () => {
    for (const [code, sentence] of [
      [32_775, "Une autre opération est en cours."],
      [32_774, "Une autre opération est en cours."],
      [32_768, "'web01' cannot start because it is currently executing a conflicting operation."],
      [32_768, 'Für "web01" wird derzeit ein in Konflikt stehender Vorgang ausgeführt.'],
    ] as const) {
      await heldWhere(failing("CreateSnapshot", code, sentence), (held) => {
        assert.deepEqual([held.attempts, held.reached, codesOf(held)], [2, "application", []], sentence);
      });
    }
  });

  test("32768 with the sentence in another language is a failure of its own, with the host's words", async () => {
    const sentence = "Une opération conflictuelle est en cours.";
    await failsWhere(failing("CreateSnapshot", 32_768, sentence, 2), (error) => {
      assert.ok(error instanceof CheckpointFailedError);
      assert.deepEqual([error.hostCode, error.hostSentence], [32_768, sentence]);
      return true;
    });
  });
});

describe("a replica whose checkpoint fails (replica-any-failure)", () => {
  const machine = { state: "off", replication: { mode: "replica", state: "replicating" } };

  test("is waited for, and held when replication is done", async () => {
    await heldWhere({ ...failing("CreateSnapshot", 32_768, "It failed."), machine }, (held) => {
      assert.deepEqual([held.attempts, held.reached], [2, "crash"]);
    });
  });

  test("for a reason that stays is waited for in vain, no longer than patience lasts, and told with the host's words", async () => {
    const sentence = "The file or directory is corrupted and unreadable.";
    await failsWhere({ ...failing("CreateSnapshot", 32_768, sentence, 2), machine }, (error) => {
      assert.ok(error instanceof MachineBusyError);
      assert.deepEqual([error.attempts, error.hostSentence], [2, sentence]);
      return true;
    });
  });
});

describe("what a checkpoint's settings say of it", () => {
  const two = async (scene: Scene): Promise<void> => {
    await scene.host.createCheckpoint(MACHINE, "with memory", { memory: true });
    await scene.host.createCheckpoint(MACHINE, "without");
  };
  const settings = (changed: Readonly<Record<string, CimValue | undefined>>): SessionChanges => ({
    rows: { [SETTINGS]: (rows) => rows.map((row) => rowWith(row, changed)) },
  });
  const told = (held: HeldMachine): unknown =>
    held.tree.checkpoints.map(({ type, memory }) => [type, memory]);
  const paths = (held: HeldMachine): readonly string[] => held.files.map(({ path }) => path).sort();

  test("is its type and its memory where the host says it (issaved-checkpoint, checkpoint-consistency)", async () => {
    await heldWhere({ prepare: two }, (held) => {
      assert.deepEqual(told(held), [
        ["standard", true],
        ["production", false],
      ]);
    });
  });

  test("is wrong where `IsSaved` means something else, and every file is held all the same (issaved-checkpoint)", async () => {
    let files: readonly string[] = [];
    await heldWhere({ prepare: two }, (held) => {
      files = paths(held);
    });
    for (const [IsSaved, memory] of [
      [undefined, false],
      [true, true],
    ] as const) {
      await heldWhere({ prepare: two, changes: settings({ IsSaved }) }, (held) => {
        assert.deepEqual(
          held.tree.checkpoints.map((one) => one.memory),
          [memory, memory],
        );
        assert.equal(held.reached, "application");
        assert.deepEqual(paths(held), files);
      });
    }
  });

  test("makes memory that is asked for a failure where no checkpoint says that it has any (issaved-checkpoint)", async () => {
    const where = { changes: settings({ IsSaved: undefined }), wishes: { memory: "include" } } as const;
    await failsWhere(where, (error) => {
      assert.ok(error instanceof CheckpointFailedError);
      assert.match(error.message, /was made, and holds no memory/);
      return true;
    });
  });

  test("leaves the type unknown where there is no `ConsistencyLevel`, but for one with memory (checkpoint-consistency)", async () => {
    await heldWhere({ prepare: two, changes: settings({ ConsistencyLevel: undefined }) }, (held) => {
      assert.deepEqual(told(held), [
        ["standard", true],
        ["unknown", false],
      ]);
    });
  });
});

describe("the numbers of SCSI controllers (scsi-number)", () => {
  const disks = [0, 1].map((number) => ({
    controller: "scsi",
    number,
    location: 0,
    path: number === 0 ? "D:\\M\\m.vhdx" : "D:\\M\\second.vhdx",
  }));
  const placesWhere = async (changes: SessionChanges): Promise<readonly string[]> => {
    let found: readonly string[] = [];
    await heldWhere(
      { machine: { disks, scsiControllers: 2 }, changes, prepare: async (scene) => await copyOfDisk(scene) },
      (held) => {
        assert.deepEqual(held.warnings, []);
        found = held.disks.map(({ number, location, viewLeaf }) => `${number}:${location} ${viewLeaf}`);
      },
    );
    return found;
  };
  const ofControllers = (
    change: (rows: readonly CimInstance[]) => readonly CimInstance[],
  ): SessionChanges => ({
    rows: { [RESOURCE]: (rows) => change(rows) },
  });

  test("are their order", async () => {
    assert.deepEqual(await placesWhere({}), ["0:0 D:\\M\\m.vhdx", "1:0 D:\\M\\second.vhdx"]);
  });

  test("are others in another order, and every disk is held by what it is", async () => {
    const reversed = ofControllers((rows) => rows.toReversed());
    assert.deepEqual(await placesWhere(reversed), ["0:0 D:\\M\\second.vhdx", "1:0 D:\\M\\m.vhdx"]);
  });

  test("are their addresses where they have some (controller-address)", async () => {
    const addressed = ofControllers((rows) => {
      const next = new Map<string, number>();
      return rows.map((row) => {
        if (!/SCSI Controller/.test(textOf(row, "ResourceSubType"))) return row;
        const owner = textOf(row, "InstanceID").split("\\")[0] ?? "";
        const address = next.get(owner) ?? 2;
        next.set(owner, address + 1);
        return rowWith(row, { Address: String(address) });
      });
    });
    assert.deepEqual(await placesWhere(addressed), ["2:0 D:\\M\\m.vhdx", "3:0 D:\\M\\second.vhdx"]);
  });
});

describe("a provider that chooses no rows (one-machine-query)", () => {
  const other = { id: "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B02", name: "other01" };
  const classes = [SETTINGS, RESOURCE, "Msvm_StorageAllocationSettingData", "Msvm_VssComponent"];
  const choosing = (answer: () => readonly CimInstance[], names = classes): SessionChanges => ({
    rows: Object.fromEntries(
      names.map((name) => [
        name,
        (rows: readonly CimInstance[], wql: string) => (wql.includes(" WHERE ") ? answer() : rows),
      ]),
    ),
  });

  test("is asked for the whole class where it refuses, by each code, and the machine is held as well", async () => {
    for (const code of [0x8004_1017, 0x8004_1024, 0x8004_100c, 0x8004_106c]) {
      const changes = choosing(() => {
        throw new CimFault("Cannot query", { code, reason: "too hard" });
      });
      await heldWhere({ others: [{ ...OTHER, ...other }], changes }, (held) => {
        assert.deepEqual([held.reached, held.disks.length], ["application", 1], code.toString(16));
      });
    }
  });

  test("loses no disk where it answers nothing, and lowers the label where it says nothing of the guest's services", async () => {
    const silent = choosing(() => []);
    await heldWhere({ others: [{ ...OTHER, ...other }], changes: silent }, (held) => {
      assert.deepEqual([held.reached, held.disks.length], ["crash", 1]);
    });
  });
});

describe("a run that was killed while its checkpoint was made (job-enum)", () => {
  const killed = async (scene: Scene): Promise<MemoryJournal> => {
    const journal = new MemoryJournal();
    let isDead = false;
    const dying = changedSession(scene.session, {
      methods: {
        CreateSnapshot: async (_asked, goOn) => {
          await goOn();
          isDead = true;
          throw new KilledError("The process is gone");
        },
      },
    });
    const session = mortal(dying, () => isDead);
    await assert.rejects((await hostOf(scene, journal, session)).hold(MACHINE, holdOptions()), KilledError);
    journal.die();
    return journal;
  };
  const cleaned = async (changes: SessionChanges): Promise<void> => {
    await using scene = await Scene.open({ host: { jobMilliseconds: 90_000 } });
    const journal = await killed(scene);
    const next = await hostOf(scene, journal, changedSession(scene.session, changes));
    const { removed, leftBehind } = await next.cleanUp();
    assert.deepEqual([removed.length, leftBehind], [1, []]);
    assert.deepEqual([await scene.host.audit(), journal.entries], [[], []]);
  };
  const failingWith = (code: number): SessionChanges => ({
    rows: {
      Msvm_ConcreteJob: () => {
        throw new CimFault("Cannot query: it fails", { code, reason: "it fails" });
      },
    },
  });

  test("is cleaned up after the job that the host lists", async () => {
    await cleaned({});
  });

  test("is cleaned up by the machine's state where the host lists no jobs, or refuses to", async () => {
    await cleaned({ rows: { Msvm_ConcreteJob: () => [] } });
    for (const code of [0x8004_1024, 0x8004_1010, 0x8004_1003]) await cleaned(failingWith(code));
  });

  test("is kept in the journal where the listing fails for a moment only, whatever the machine's state says", async () => {
    await using scene = await Scene.open({ host: { jobMilliseconds: 90_000 } });
    const journal = await killed(scene);
    const outOfMemory = failingWith(0x8004_1006);
    const session = changedSession(scene.session, {
      rows: {
        ...outOfMemory.rows,
        // the state that says it comes late
        Msvm_ComputerSystem: (rows) => rows.map((row) => rowWith(row, { OperationalStatus: [2] })),
      },
    });
    const { removed, leftBehind } = await (await hostOf(scene, journal, session)).cleanUp();
    assert.deepEqual(removed, []);
    assert.match(leftBehind.join(), /it fails/);
    assert.equal(journal.entries.length, 1);
    journal.die();
    assert.deepEqual((await (await hostOf(scene, journal)).cleanUp()).leftBehind, []);
    assert.deepEqual([await scene.host.audit(), journal.entries], [[], []]);
  });
});

describe("merging that somebody suspended (merge-instance)", () => {
  const MERGES = "Msvm_DiskMergeSettingData";
  const listed = `Microsoft:${MACHINE.toUpperCase()}\\merging`;
  const where = (wanted: (id: string) => boolean): SessionChanges => ({
    rows: { [MERGES]: (rows) => rows.map((row) => rowWith(row, { InstanceID: listed })) },
    methods: {
      ModifyDiskMergeSettings: async ({ SettingData }, goOn) => {
        const asked = SettingData as CimInstance;
        if (!wanted(textOf(asked, "InstanceID"))) return REFUSED;
        return await goOn({
          SettingData: rowWith(asked, { InstanceID: `Microsoft:${MACHINE.toUpperCase()}` }),
        });
      },
    },
  });
  const machine = { mergesEnabled: false };

  test("goes on by the InstanceID that the class lists", async () => {
    await heldWhere({ machine, changes: where((id) => id === listed) }, () => undefined);
  });

  test("goes on by the machine's own where the host refuses that", async () => {
    await heldWhere({ machine, changes: where((id) => id !== listed) }, () => undefined);
  });

  test("that the host does not let go on is told, and the journal keeps it", async () => {
    await using scene = await Scene.open({ machine });
    const journal = new MemoryJournal();
    const host = await hostOf(
      scene,
      journal,
      changedSession(
        scene.session,
        where(() => false),
      ),
    );
    const held = await host.hold(MACHINE, holdOptions());
    const { leftBehind } = await held.release();
    assert.match(leftBehind.join(), /still is the checkpoint disk .*, not merged/);
    assert.equal(journal.entries.length, 1);
  });
});

test("a recovery checkpoint that cannot be renamed is held and released all the same, with a note (rename-recovery)", async () => {
  await heldWhere({}, (_held, options) => {
    assert.deepEqual(notes(options), []);
  });
  await heldWhere(failing("ModifySystemSettings", 32_773, "Read only."), (held, options) => {
    assert.deepEqual([held.reached, codesOf(held)], ["application", []]);
    assert.match(notes(options).join(), /keeps the host's name for it: .*\(32773\)/);
  });
});

describe("a host that says no parent of a disk in use (parent-path-live)", () => {
  const changes: SessionChanges = { methods: { GetVirtualHardDiskSettingData: async () => REFUSED } };

  test("has its machines held and released as ever", async () => {
    await heldWhere({ changes }, (held) => {
      assert.deepEqual([held.reached, codesOf(held)], ["application", []]);
    });
  });

  for (const [says, said] of [
    ["says parents", {}],
    ["says none", changes],
  ] as const) {
    test(`sees a merge that is blocked after a killed run where the host ${says}`, async () => {
      await using scene = await Scene.open();
      const journal = new MemoryJournal();
      const session = changedSession(scene.session, said);
      const dying = await hostOf(
        scene,
        journal,
        mortal(session, () => journal.acts.includes("amend checkpoint")),
      );
      await assert.rejects(dying.hold(MACHINE, holdOptions()), KilledError);
      journal.die();
      const machine = (await scene.host.state()).machines[0];
      const leaf = machine?.disks[0]?.path ?? "";
      assert.match(leaf, /\.avhdx$/);
      const next = await hostOf(scene, journal, session);
      {
        await using reader = await scene.host.files().open("D:\\M\\m.vhdx");
        assert.ok(reader.sizeBytes > 0);
        const { leftBehind } = await next.cleanUp();
        assert.match(leftBehind.join(), /still is the checkpoint disk .*, not merged/);
      }
      assert.equal(journal.entries.length, 1);
    });
  }
});

describe("virtual Fibre Channel (fc-class)", () => {
  const PORT = "Microsoft:Hyper-V:Synthetic FibreChannel Port";
  const isPort = (row: CimInstance): boolean => row.properties["ResourceSubType"] === PORT;

  test("is seen as a resource among others, and as a class of its own", async () => {
    await using scene = await Scene.open({ machine: { fibreChannel: true } });
    const ports = (await scene.all(RESOURCE)).filter(isPort);
    assert.equal(ports.length, 1);
    for (const rows of [
      { Msvm_SyntheticFcPortSettingData: noSuchClass },
      {
        Msvm_SyntheticFcPortSettingData: () => ports,
        [RESOURCE]: (all: readonly CimInstance[]) => all.filter((row) => !isPort(row)),
      },
    ]) {
      await heldWhere({ machine: { fibreChannel: true }, changes: { rows } }, (held) => {
        assert.deepEqual(codesOf(held), ["fibre-channel-not-covered"]);
      });
    }
  });
});

test("an assigned device of a class that nobody knows makes the memory fail, and nothing is left (assigned-device-class)", async () => {
  const rows = { Msvm_PciExpressSettingData: noSuchClass, Msvm_GpuPartitionSettingData: noSuchClass };
  const type = (scene: Scene): unknown =>
    scene.host.state().then((state) => state.machines[0]?.checkpointType);
  await using scene = await Scene.open({ machine: { assignedDevices: 1 } });
  const journal = new MemoryJournal();
  const session = changedSession(scene.session, {
    rows,
    methods: {
      CreateSnapshot: async (asked, goOn) =>
        asked["SnapshotType"] === 2 ? { returnValue: 32_768, out: {} } : await goOn(),
    },
  });
  const host = await hostOf(scene, journal, session);
  await assert.rejects(host.hold(MACHINE, holdOptions({ memory: "include" })), CheckpointFailedError);
  assert.deepEqual([await type(scene), await scene.host.audit(), journal.entries], ["production", [], []]);
});

test("a guest that does not say what it is gets its memory kept with a warning about domain controllers (guest-product-type)", async () => {
  const silent: SessionChanges = {
    rows: {
      Msvm_KvpExchangeComponent: (rows) =>
        rows.map((row) => rowWith(row, { GuestIntrinsicExchangeItems: undefined })),
    },
  };
  const wishes = { memory: "include" } as const;
  await using scene = await Scene.open();
  const host = await hostOf(scene, new MemoryJournal(), changedSession(scene.session, silent));
  await using held = await host.hold(MACHINE, holdOptions(wishes));
  assert.equal(held.memory.kept, true);
  assert.ok(codesOf(held).includes("domain-controller-unknown"), codesOf(held).join());
});

describe("a cluster whose resources say other things (cluster-resource)", () => {
  const machine = { clusterOwner: "HV02" };
  const without = (...names: readonly string[]): SessionChanges => ({
    rows: {
      MSCluster_Resource: (rows) =>
        rows.map((row) => rowWith(row, Object.fromEntries(names.map((name) => [name, undefined])))),
    },
  });

  test("has a machine of another node found by name without `OwnerGroup`", async () => {
    await failsWhere(
      { machine, changes: without("OwnerGroup") },
      (error) => error instanceof MachineOnOtherNodeError,
    );
  });

  test("lets a guest of 2012 be saved although it is clustered, without its id", async () => {
    await using scene = await Scene.open({
      host: { os: { caption: "Windows Server 2012", version: "6.2.9200", productType: 3 } },
      machine: {
        clusterOwner: "HV01",
        configurationVersion: "4.0",
        guest: { os: "windows", vss: "missing" },
      },
    });
    for (const [changes, refusal] of [
      [{}, "clustered-guest-not-saved"],
      [without("PrivateProperties"), undefined],
    ] as const) {
      const host = await hostOf(scene, new MemoryJournal(), changedSession(scene.session, changes));
      const [machine] = await host.machines();
      assert.equal(machine?.forecast.refusal?.code, refusal);
      assert.equal(machine?.forecast.interruptsGuest === "save", refusal === undefined);
    }
  });

  test("has it not found without its id or its node", async () => {
    for (const name of ["PrivateProperties", "OwnerNode", "Type"]) {
      await failsWhere({ machine, changes: without(name) }, (error) => error instanceof MachineNotFoundError);
    }
  });
});

const OTHER = {
  state: "off",
  generation: 2,
  configurationVersion: "9.0",
  memoryMegabytes: 16,
  guest: { os: "none", vss: "missing" },
  checkpointType: "production",
  replication: { mode: "none", state: "disabled" },
  disks: [],
  checkpoints: [],
};

function notes(options: ReturnType<typeof holdOptions>): readonly string[] {
  return options.said.flatMap((event) => (event.type === "step-note" ? [event.message] : []));
}

/** Nothing is heard any more once the process is dead. */
function mortal(inner: CimSession, isDead: () => boolean): CimSession {
  const alive = (): void => {
    if (isDead()) throw new KilledError("The process is gone");
  };
  return {
    async *query(namespace, wql, options) {
      alive();
      yield* inner.query(namespace, wql, options);
    },
    get: async (reference, options) => {
      alive();
      return await inner.get(reference, options);
    },
    associators: (reference, options) => {
      alive();
      return inner.associators(reference, options);
    },
    invoke: async (reference, method, input) => {
      alive();
      return await inner.invoke(reference, method, input);
    },
    [Symbol.asyncDispose]: async () => {
      await inner[Symbol.asyncDispose]();
    },
  };
}

async function copyOfDisk(scene: Scene): Promise<void> {
  await copyFile(scene.native("D:\\M\\m.vhdx"), scene.native("D:\\M\\second.vhdx"));
}
