import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { StillpointError } from "../../base/index.ts";
import { CimAnswerError, type CimInstance, type CimValue } from "../../cim/index.ts";
import { HypervNotInstalledError } from "../errors.ts";
import { forecastMachine } from "../forecast/forecast.ts";
import { diskRows, hostRows, pathText, ROW_MACHINE, row, ScriptedSession } from "../testing/index.ts";
import type { MachineInventory } from "./machine-inventory.ts";
import { readHostFacts, readMachines } from "./read-host.ts";

const SETTINGS = "Msvm_VirtualSystemSettingData";
const RESOURCE = "Msvm_ResourceAllocationSettingData";
const CHECKPOINT = "9C0D1E2F-0000-4000-8000-000000000001";
const YOUNGER = "9C0D1E2F-0000-4000-8000-000000000002";

async function only(rows: Record<string, readonly CimInstance[]>): Promise<MachineInventory> {
  await using session = new ScriptedSession({ rows });
  const [machine, ...others] = await readMachines(session);
  assert.ok(machine !== undefined && others.length === 0);
  return machine;
}

function checkpointRow(id: string, properties: Readonly<Record<string, CimValue>>): CimInstance {
  return row(SETTINGS, {
    InstanceID: `Microsoft:${id}`,
    VirtualSystemIdentifier: ROW_MACHINE,
    VirtualSystemType: "Microsoft:Hyper-V:Snapshot:Realized",
    ElementName: "one",
    ...properties,
  });
}

test("`readHostFacts()` says what the host is", async () => {
  await using session = new ScriptedSession({ rows: hostRows() });
  assert.deepEqual(await readHostFacts(session), {
    name: "HV01",
    caption: "Windows Server 2019",
    version: "10.0.17763",
    productType: 3,
    generation: "2019",
    build: 17_763,
  });
});

test("`readHostFacts()` refuses a host that does not say what it is, with a typed error", async () => {
  const wrong = [
    { Version: null },
    { Version: "ten" },
    { Version: "5.2.3790" },
    { ProductType: "server" },
    { ProductType: 9 },
  ];
  for (const properties of wrong) {
    const system = { Caption: "Windows", Version: "10.0.17763", ProductType: 3, ...properties };
    const rows = hostRows({ Win32_OperatingSystem: [row("Win32_OperatingSystem", system, [])] });
    await using session = new ScriptedSession({ rows });
    await assert.rejects(readHostFacts(session), CimAnswerError, JSON.stringify(properties));
  }
  await using empty = new ScriptedSession({ rows: hostRows({ Win32_ComputerSystem: [] }) });
  await assert.rejects(readHostFacts(empty), CimAnswerError);
});

test("`readMachines()` leaves out the host's own computer system, and joins the rest to machines", async () => {
  const machine = await only(hostRows());
  assert.equal(machine.id, ROW_MACHINE.toLowerCase());
  assert.deepEqual(
    [machine.name, machine.power, machine.generation, machine.configurationVersion, machine.checkpointType],
    ["web01", "running", 2, "9.0", "production"],
  );
  assert.deepEqual([machine.integration, machine.guestOs, machine.scsiControllers], ["ok", "windows", 1]);
  assert.deepEqual(machine.disks, [
    { controller: "scsi", number: 0, location: 0, path: "D:\\M\\m.vhdx", kind: "vhdx" },
  ]);
  assert.deepEqual([machine.puzzles, machine.hasSettings], [[], true]);
});

test("`readMachines()` takes a class that the host lacks for empty, unless nothing can be said without it", async () => {
  const { Msvm_VssComponent: _gone, ...rest } = hostRows();
  assert.equal((await only(rest)).integration, "missing");
  const { Msvm_VirtualSystemSettingData: _settings, ...without } = hostRows();
  await using session = new ScriptedSession({ rows: without });
  await assert.rejects(readMachines(session), { code: "host-fault" });
});

test("`readMachines()` asks in the older namespace where the newer does not exist", async () => {
  const v2 = "root\\virtualization\\v2";
  await using session = new ScriptedSession({ rows: olderRows(), missingNamespaces: [v2] });
  const [machine] = await readMachines(session);
  assert.ok(session.queries.slice(1).every((query) => query.startsWith("root\\virtualization: ")));
  assert.deepEqual(machine?.disks, [
    { controller: "ide", number: 0, location: 0, path: "D:\\old.vhd", kind: "vhd" },
  ]);
  assert.deepEqual(
    machine?.checkpoints.map(({ name }) => name),
    ["old one"],
  );
  assert.equal(machine?.places.configurationDataRoot, "D:\\old");
  assert.equal(machine?.power, "saved");
});

test("`readMachines()` says that a computer without either namespace has no Hyper-V", async () => {
  const missingNamespaces = ["root\\virtualization\\v2", "root\\virtualization"];
  await using session = new ScriptedSession({ rows: {}, missingNamespaces });
  await assert.rejects(readMachines(session), HypervNotInstalledError);
});

test("`readMachines()` numbers IDE controllers by their address and SCSI controllers by their order", async () => {
  const controller = (kind: string, id: string, address: string): CimInstance =>
    row(RESOURCE, {
      InstanceID: `Microsoft:${ROW_MACHINE}\\${id}`,
      ResourceSubType: `Microsoft:Hyper-V:${kind}`,
      Address: address,
    });
  const drive = (id: string, parent: string, location: number): CimInstance =>
    row(RESOURCE, {
      InstanceID: `Microsoft:${ROW_MACHINE}\\${id}`,
      ResourceSubType: "Microsoft:Hyper-V:Synthetic Disk Drive",
      AddressOnParent: String(location),
      Parent: pathText(RESOURCE, `Microsoft:${ROW_MACHINE}\\${parent}`),
    });
  const file = (id: string, path: string): CimInstance =>
    row("Msvm_StorageAllocationSettingData", {
      InstanceID: `Microsoft:${ROW_MACHINE}\\${id}\\L`,
      ResourceSubType: "Microsoft:Hyper-V:Virtual Hard Disk",
      HostResource: [path],
      Parent: pathText(RESOURCE, `Microsoft:${ROW_MACHINE}\\${id}`),
    });
  const machine = await only(
    hostRows({
      [RESOURCE]: [
        controller("Synthetic SCSI Controller", "S-first", ""),
        controller("Emulated IDE Controller", "I-one", "1"),
        controller("Synthetic SCSI Controller", "S-second", ""),
        controller("Emulated IDE Controller", "I-zero", "0"),
        controller("Something New", "N", "0"),
        drive("d1", "I-one", 1),
        drive("d2", "S-second", 3),
        drive("d3", "I-zero", 0),
        drive("d4", "S-first", 7),
        drive("d5", "N", 0),
      ],
      Msvm_StorageAllocationSettingData: [
        file("d1", "D:\\ide1.vhd"),
        file("d2", "D:\\scsi1.VHDX"),
        file("d3", "D:\\ide0.avhdx"),
        file("d4", "D:\\scsi0.vhds"),
        file("d5", "D:\\new.vhdpmem"),
      ],
    }),
  );
  assert.deepEqual(
    machine.disks.map(
      ({ controller, number, location, kind, path }) => `${controller} ${number}:${location} ${kind} ${path}`,
    ),
    [
      "ide 0:0 vhdx D:\\ide0.avhdx",
      "ide 1:1 vhd D:\\ide1.vhd",
      "scsi 0:7 vhds D:\\scsi0.vhds",
      "scsi 1:3 vhdx D:\\scsi1.VHDX",
    ],
  );
  assert.deepEqual(
    machine.unplacedDisks.map(({ path }) => path),
    ["D:\\new.vhdpmem"],
  );
});

test("`readMachines()` knows a pass-through disk by its drive, and its size by the host's disk drive", async () => {
  const scsi = diskRows(ROW_MACHINE, { controller: "scsi", location: 0, path: "D:\\M\\m.vhdx" });
  const target = String.raw`\\HV01\root\virtualization\v2:Msvm_DiskDrive.DeviceID="Microsoft:disks\\3"`;
  const physical = row(RESOURCE, {
    InstanceID: `Microsoft:${ROW_MACHINE}\\scsi0\\1\\D`,
    ResourceSubType: "Microsoft:Hyper-V:Physical Disk Drive",
    AddressOnParent: "1",
    Parent: pathText(RESOURCE, `Microsoft:${ROW_MACHINE}\\scsi0`),
    HostResource: [target],
  });
  const drives = [
    row("Msvm_DiskDrive", { DeviceID: "Microsoft:disks\\3", DriveNumber: 3, MaxMediaSize: 1_073_741_824n }),
  ];
  const machine = await only(hostRows({ [RESOURCE]: [...scsi.devices, physical], Msvm_DiskDrive: drives }));
  assert.deepEqual(machine.disks[1], {
    controller: "scsi",
    number: 0,
    location: 1,
    kind: "pass-through",
    physicalDisk: { number: 3, bytes: 1_099_511_627_776 },
  });
});

test("`readMachines()` reads the tree with parents before children, and what is no part of it apart", async () => {
  const moment = (text: string): CimValue => ({ kind: "moment", instant: Temporal.Instant.from(text) });
  const base = hostRows();
  const machine = await only({
    ...base,
    [SETTINGS]: [
      ...(base[SETTINGS] ?? []),
      checkpointRow(YOUNGER, {
        ElementName: "two",
        Parent: pathText(SETTINGS, `Microsoft:${CHECKPOINT}`),
        CreationTime: moment("2026-05-02T10:00:00Z"),
        ConsistencyLevel: 1,
      }),
      checkpointRow(CHECKPOINT, { CreationTime: moment("2026-05-01T10:00:00Z"), IsSaved: true }),
      checkpointRow("9C0D1E2F-0000-4000-8000-000000000003", {
        ElementName: "web01 - Backup",
        VirtualSystemType: "Microsoft:Hyper-V:Snapshot:Recovery",
      }),
      checkpointRow("9C0D1E2F-0000-4000-8000-000000000004", {
        VirtualSystemType: "Microsoft:Hyper-V:Snapshot:Replica:Standard",
      }),
      checkpointRow("9C0D1E2F-0000-4000-8000-000000000005", {
        VirtualSystemType: "Microsoft:Hyper-V:Snapshot:Missing",
      }),
    ],
    Msvm_MostCurrentSnapshotInBranch: [
      row("Msvm_MostCurrentSnapshotInBranch", {
        Antecedent: String.raw`\\HV01\root\virtualization\v2:Msvm_ComputerSystem.CreationClassName="Msvm_ComputerSystem",Name="${ROW_MACHINE}"`,
        Dependent: pathText(SETTINGS, `Microsoft:${YOUNGER}`),
      }),
    ],
  });
  assert.deepEqual(
    machine.checkpoints.map(({ name, parent, type, memory }) => [name, parent, type, memory]),
    [
      ["one", null, "standard", true],
      ["two", CHECKPOINT.toLowerCase(), "production", false],
    ],
  );
  assert.equal(machine.current, YOUNGER.toLowerCase());
  assert.deepEqual(
    machine.recoveryCheckpoints.map(({ name }) => name),
    ["web01 - Backup"],
  );
  assert.equal(machine.missingCheckpoints, 1);
});

test("`readMachines()` shows a circle of parents instead of losing it", async () => {
  const base = hostRows();
  const machine = await only({
    ...base,
    [SETTINGS]: [
      ...(base[SETTINGS] ?? []),
      checkpointRow(CHECKPOINT, { Parent: pathText(SETTINGS, `Microsoft:${YOUNGER}`) }),
      checkpointRow(YOUNGER, { Parent: pathText(SETTINGS, `Microsoft:${CHECKPOINT}`) }),
    ],
  });
  assert.equal(machine.checkpoints.length, 2);
});

test("`readMachines()` says what it does not understand, and leaves the machine in the list", async () => {
  assert.deepEqual((await only(hostRows({}, { EnabledState: 77 }))).puzzles, ["its EnabledState is 77"]);
  const bare = await only(hostRows({ [SETTINGS]: [] }));
  assert.deepEqual([bare.hasSettings, bare.puzzles], [false, ["it has no settings of its own"]]);
  assert.equal((await only(hostRows({}, {}, { UserSnapshotType: 99 }))).checkpointType, "unknown");
});

test("`readMachines()` of a host that answers nonsense gives machines or a typed error, never a crash", async () => {
  const junk = fc.oneof(
    fc.constant(null),
    fc.constant(undefined),
    fc.boolean(),
    fc.integer(),
    fc.bigInt(),
    fc.string(),
    fc.constant([]),
    fc.array(fc.oneof(fc.string(), fc.integer(), fc.constant(null))),
    fc.constant({ kind: "instance", className: "X", properties: {} }),
    fc.constant({ kind: "reference", namespace: "", className: "", keys: {} }),
  );
  const classes = Object.keys(hostRows());
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...classes), fc.nat(20), junk, async (className, which, value) => {
      const rows: Record<string, readonly CimInstance[]> = hostRows();
      rows[className] = (rows[className] ?? []).map((instance) => {
        const names = Object.keys(instance.properties);
        const name = names[which % names.length] ?? "";
        return { ...instance, properties: { ...instance.properties, [name]: value as CimValue } };
      });
      await using session = new ScriptedSession({ rows });
      try {
        const facts = await readHostFacts(session);
        for (const machine of await readMachines(session)) {
          assert.ok(forecastMachine(machine, facts).reason.length > 0);
        }
      } catch (error) {
        assert.ok(
          error instanceof StillpointError,
          `${className}: ${error instanceof Error ? error.stack : ""}`,
        );
      }
    }),
    { numRuns: 400 },
  );
});

/** The same host in the words of 2008 (hyperv-facts 4). */
function olderRows(): Record<string, readonly CimInstance[]> {
  const controllerId = `Microsoft:${ROW_MACHINE}\\ide0`;
  const driveId = `${controllerId}\\0\\D`;
  const resource = (id: string, subtype: string, more: Readonly<Record<string, CimValue>>): CimInstance =>
    row(RESOURCE, { InstanceID: id, ResourceSubType: `Microsoft ${subtype}`, ...more });
  return {
    Msvm_ComputerSystem: [
      row("Msvm_ComputerSystem", { Name: ROW_MACHINE, ElementName: "old", EnabledState: 32_769 }, ["Name"]),
    ],
    [SETTINGS]: [
      row(SETTINGS, { InstanceID: `Microsoft:${ROW_MACHINE}`, SystemName: ROW_MACHINE, SettingType: 3 }),
      row(SETTINGS, {
        InstanceID: `Microsoft:${CHECKPOINT}`,
        SystemName: ROW_MACHINE,
        SettingType: 5,
        ElementName: "old one",
      }),
    ],
    Msvm_VirtualSystemGlobalSettingData: [
      row(
        "Msvm_VirtualSystemGlobalSettingData",
        { SystemName: ROW_MACHINE, ExternalDataRoot: "D:\\old", SnapshotDataRoot: "D:\\old" },
        [],
      ),
    ],
    [RESOURCE]: [
      resource(controllerId, "Emulated IDE Controller", { Address: "0" }),
      resource(driveId, "Synthetic Disk Drive", {
        AddressOnParent: "0",
        Parent: pathText(RESOURCE, controllerId),
      }),
      resource(`${controllerId}\\0\\L`, "Virtual Hard Disk", {
        Connection: ["D:\\old.vhd"],
        Parent: pathText(RESOURCE, driveId),
      }),
    ],
  };
}
