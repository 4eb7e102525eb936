import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CimConnectionError,
  CimFault,
  type CimInstance,
  isInstance,
  textOf,
  textsOf,
} from "../../cim/index.ts";
import { machineAt, SCENE_MACHINE, Scene, type SceneOptions } from "../testing/index.ts";

const V1 = "root\\virtualization";
const CIMV2 = "root\\cimv2";
const noInstance: CimInstance = { kind: "instance", className: "", properties: {} };

function host(version: string): NonNullable<SceneOptions["host"]> {
  return { os: { caption: "Windows Server", version, productType: 3 } };
}

async function code(work: Promise<unknown>): Promise<number | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    assert.ok(error instanceof CimFault);
    return error.parts.code;
  }
}

function column(rows: readonly CimInstance[], ...names: readonly string[]): unknown[] {
  return rows.map((row) => names.map((name) => row.properties[name]));
}

test("`root\\cimv2` tells what the host is", async () => {
  await using scene = await Scene.open();
  assert.deepEqual(
    column(
      await scene.all("Win32_OperatingSystem", CIMV2),
      "Caption",
      "Version",
      "BuildNumber",
      "ProductType",
    ),
    [["Windows Server 2019", "10.0.17763", "17763", 3]],
  );
  assert.deepEqual(column(await scene.all("Win32_ComputerSystem", CIMV2), "Name"), [["HV01"]]);
});

test("each release has its namespaces: v1 up to 2012, v2 from 2012 on", async () => {
  const expected: readonly [string, boolean, boolean][] = [
    ["6.0.6002", true, false],
    ["6.1.7601", true, false],
    ["6.2.9200", true, true],
    ["6.3.9600", false, true],
    ["10.0.26100", false, true],
  ];
  for (const [version, hasV1, hasV2] of expected) {
    const configurationVersion = version.startsWith("10") ? "12.0" : "5.0";
    await using scene = await Scene.open({ host: host(version), machine: { configurationVersion } });
    const missing = 0x8004100e; // WBEM_E_INVALID_NAMESPACE
    assert.equal(await code(scene.all("Msvm_ComputerSystem", V1)), hasV1 ? undefined : missing, version);
    assert.equal(await code(scene.all("Msvm_ComputerSystem")), hasV2 ? undefined : missing, version);
  }
});

test("classes that a release lacks, or that nobody has, are WBEM_E_INVALID_CLASS", async () => {
  await using old = await Scene.open({ host: host("6.2.9200"), machine: { configurationVersion: "4.0" } });
  assert.equal(await code(old.all("Msvm_ReplicationRelationship")), 0x80041010);
  assert.equal(await code(old.all("Msvm_SecuritySettingData")), 0x80041010);
  await using scene = await Scene.open();
  assert.equal(await code(scene.all("Msvm_Nonsense")), 0x80041010);
  assert.equal(await code(scene.all("Msvm_ReplicationRelationship")), undefined);
});

test("properties came with releases: generation with 2012 R2, the type of checkpoints with 2016", async () => {
  const names = ["VirtualSystemSubType", "UserSnapshotType"];
  for (const [version, expected] of [
    ["6.2.9200", [undefined, undefined]],
    ["6.3.9600", ["Microsoft:Hyper-V:SubType:2", undefined]],
    ["10.0.14393", ["Microsoft:Hyper-V:SubType:2", 4]],
  ] as const) {
    await using scene = await Scene.open({
      host: host(version),
      machine: { configurationVersion: "5.0", checkpointType: "production-only" },
    });
    assert.deepEqual(column(await scene.all("Msvm_VirtualSystemSettingData"), ...names), [expected], version);
  }
});

test("the machine's states are the numbers of Msvm_ComputerSystem, and the host is an instance too", async () => {
  for (const [state, enabled, operational] of [
    ["running", 2, [2]],
    ["off", 3, [2]],
    ["saved", 6, [2]],
    ["paused", 9, [2]],
    ["starting", 10, [11, 32771]],
    ["merging", 2, [11, 32772]],
    ["migrating", 2, [11, 32774]],
  ] as const) {
    await using scene = await Scene.open({ machine: { state } });
    assert.deepEqual(
      column(await scene.all("Msvm_ComputerSystem"), "Name", "EnabledState", "OperationalStatus"),
      [
        ["HV01", 2, [2]],
        [SCENE_MACHINE, enabled, operational],
      ],
    );
  }
});

test("disks hang on drives, drives on controllers; a pass-through disk has no allocation and names its Msvm_DiskDrive", async () => {
  await using scene = await Scene.open({
    machine: {
      generation: 1,
      disks: [
        { controller: "ide", number: 1, location: 0, path: "D:\\M\\m.vhdx" },
        { controller: "scsi", number: 0, location: 5, physicalDisk: { number: 3, bytes: 1_099_511_627_776 } },
      ],
    },
  });
  const resources = await scene.all("Msvm_ResourceAllocationSettingData");
  const [allocation] = await scene.all("Msvm_StorageAllocationSettingData");
  const byPath = (path: unknown): CimInstance | undefined =>
    resources.find(
      (one) =>
        path ===
        `\\\\HV01\\root\\virtualization\\v2:Msvm_ResourceAllocationSettingData.InstanceID="${textOf(one, "InstanceID").replaceAll("\\", "\\\\")}"`,
    );
  assert.match(allocation?.properties["InstanceID"] as string, new RegExp(`^Microsoft:${SCENE_MACHINE}\\\\`));
  const drive = byPath(allocation?.properties["Parent"]);
  const controller = byPath(drive?.properties["Parent"]);
  assert.equal(drive?.properties["AddressOnParent"], "0");
  assert.equal(controller?.properties["ResourceSubType"], "Microsoft:Hyper-V:Emulated IDE Controller");
  assert.equal(controller?.properties["Address"], "1");
  const physical = resources.find(
    (one) => one.properties["ResourceSubType"] === "Microsoft:Hyper-V:Physical Disk Drive",
  );
  assert.equal(physical?.properties["AddressOnParent"], "5");
  assert.match(textsOf(physical ?? noInstance, "HostResource")[0] ?? "", /Msvm_DiskDrive\..*\\\\3"/);
  assert.deepEqual(column(await scene.all("Msvm_DiskDrive"), "DriveNumber", "MaxMediaSize"), [
    [3, 1_073_741_824],
  ]);
});

test("integration services show as their component says, and only while the machine runs", async () => {
  for (const [vss, offered, status] of [
    ["ok", 2, [2]],
    ["missing", 2, [12]],
    ["disabled", 3, [12]],
    ["failing", 2, [13]],
    ["protocol-mismatch", 2, [7, 32775]],
  ] as const) {
    await using scene = await Scene.open({ machine: { guest: { os: "windows", vss } } });
    assert.deepEqual(column(await scene.all("Msvm_VssComponentSettingData"), "EnabledState"), [[offered]]);
    assert.deepEqual(column(await scene.all("Msvm_VssComponent"), "SystemName", "OperationalStatus"), [
      [SCENE_MACHINE, status],
    ]);
    await scene.host.setState("web01", "off");
    assert.deepEqual(await scene.all("Msvm_VssComponent"), []);
  }
});

test("the guest's own values tell its system, and a guest without services tells nothing", async () => {
  for (const [guest, pattern] of [
    [{ os: "windows", vss: "ok" }, /Windows Server/],
    [{ os: "linux", vss: "ok" }, /Debian/],
    [{ os: "linux", vss: "missing" }, /^$/],
  ] as const) {
    await using scene = await Scene.open({ machine: { guest } });
    const [component] = await scene.all("Msvm_KvpExchangeComponent");
    const items = textsOf(component ?? noInstance, "GuestIntrinsicExchangeItems");
    const name = items.find((item) => item.includes("<VALUE>OSName</VALUE>")) ?? "";
    assert.match(name.replace(/.*NAME="Data"[^>]*><VALUE>([^<]*)<.*/, "$1"), pattern);
  }
});

test("replication shows mode, state and health; the moments in which a replica refuses look like replicating", async () => {
  for (const [replication, expected] of [
    [{ mode: "primary", state: "replicating" }, [1, 3, 1]],
    [{ mode: "replica", state: "applying-log" }, [2, 3, 1]],
    [{ mode: "replica", state: "resynchronizing", health: "warning" }, [2, 10, 2]],
    [{ mode: "extended-replica", state: "fire-drill-in-progress" }, [4, 21, 1]],
    [{ mode: "test-replica", state: "critical" }, [3, 8, 3]],
  ] as const) {
    await using scene = await Scene.open({ machine: { replication } });
    assert.deepEqual(
      column(
        await scene.all("Msvm_ReplicationRelationship"),
        "ReplicationMode",
        "ReplicationState",
        "ReplicationHealth",
      ),
      [expected],
    );
  }
});

test("in v1 settings have types by number, and a disk's path is in Connection", async () => {
  await using scene = await Scene.open({ host: host("6.1.7601"), machine: { configurationVersion: "3.0" } });
  assert.deepEqual(
    column(await scene.all("Msvm_VirtualSystemSettingData", V1), "SystemName", "SettingType"),
    [[SCENE_MACHINE, 3]],
  );
  const disk = (await scene.all("Msvm_ResourceAllocationSettingData", V1)).find(
    (one) => one.properties["ResourceType"] === 21,
  );
  assert.deepEqual(disk?.properties["Connection"], ["D:\\M\\m.vhdx"]);
  const [global] = await scene.all("Msvm_VirtualSystemGlobalSettingData", V1);
  const files = await scene.host
    .files()
    .list(`${global?.properties["ExternalDataRoot"] as string}\\Virtual Machines`);
  assert.deepEqual(
    files.map((entry) => entry.name),
    [`${SCENE_MACHINE}.xml`],
  );
});

test("network adapters, virtual TPM, Fibre Channel and the merge switch are there for those who look", async () => {
  await using scene = await Scene.open({
    machine: {
      vtpm: true,
      fibreChannel: true,
      networkAdapters: [{ name: "LAN", mac: "00-15-5D-01-02-03", switch: "Production", connected: false }],
    },
  });
  assert.deepEqual(
    column(await scene.all("Msvm_SyntheticEthernetPortSettingData"), "Address", "StaticMacAddress"),
    [["00155D010203", true]],
  );
  assert.deepEqual(
    column(await scene.all("Msvm_EthernetPortAllocationSettingData"), "EnabledState", "LastKnownSwitchName"),
    [[3, "Production"]],
  );
  assert.deepEqual(column(await scene.all("Msvm_SecuritySettingData"), "TpmEnabled"), [[true]]);
  const kinds = (await scene.all("Msvm_ResourceAllocationSettingData")).map(
    (one) => one.properties["ResourceSubType"],
  );
  assert.ok(kinds.includes("Microsoft:Hyper-V:Synthetic FibreChannel Port"));
  assert.deepEqual(column(await scene.all("Msvm_DiskMergeSettingData"), "InstanceID", "EnabledState"), [
    [`Microsoft:${SCENE_MACHINE}`, 1],
  ]);
});

test("a query gives only the properties and rows that it asks for; `get` finds by keys, or gives undefined", async () => {
  await using scene = await Scene.open();
  const rows = await Array.fromAsync(
    scene.session.query(
      "root\\virtualization\\v2",
      "SELECT ElementName FROM Msvm_ComputerSystem WHERE EnabledState = 2 AND Caption = 'virtual machine'",
    ),
  );
  assert.deepEqual(
    rows.map((row) => row.properties),
    [{ ElementName: "web01" }],
  );
  assert.equal(
    (await scene.session.get(machineAt(SCENE_MACHINE.toLowerCase())))?.properties["ElementName"],
    "web01",
  );
  assert.equal(await scene.session.get(machineAt("00000000-0000-0000-0000-000000000000")), undefined);
});

test("associations lead from a machine to its settings and devices, and on to its resources", async () => {
  await using scene = await Scene.open();
  await scene.host.createCheckpoint("web01", "one");
  const from = machineAt(SCENE_MACHINE);
  const names = async (associationClass: string): Promise<unknown[]> =>
    column(
      await Array.fromAsync(scene.session.associators(from, { associationClass })),
      "ElementName",
    ).flat();
  assert.deepEqual(await names("Msvm_SettingsDefineState"), ["web01"]);
  assert.deepEqual(await names("Msvm_SnapshotOfVirtualSystem"), ["one"]);
  assert.deepEqual(await names("Msvm_MostCurrentSnapshotInBranch"), ["one"]);
  assert.deepEqual(await names("Msvm_SystemDevice"), ["VSS", "Key-Value Pair Exchange"]);
  const [settings] = await Array.fromAsync(
    scene.session.associators(from, { associationClass: "Msvm_SettingsDefineState" }),
  );
  assert.ok(settings?.reference);
  const disks = await Array.fromAsync(
    scene.session.associators(settings.reference, { resultClass: "Msvm_StorageAllocationSettingData" }),
  );
  assert.equal(disks.length, 1);
});

test("`GetVirtualHardDiskSettingData` tells a file's format, size and parent, and returns 32779 for a missing one", async () => {
  await using scene = await Scene.open();
  await scene.hold();
  const [live] = await scene.all("Msvm_StorageAllocationSettingData");
  const path = textsOf(live ?? noInstance, "HostResource")[0] ?? "";
  const tell = async (Path: string) =>
    await scene.invoke("Msvm_ImageManagementService", "GetVirtualHardDiskSettingData", { Path });
  const found = await tell(path);
  const facts = found.out["SettingData"];
  assert.ok(isInstance(facts));
  assert.equal(found.returnValue, 0);
  assert.deepEqual(column([facts], "Type", "Format", "ParentPath", "MaxInternalSize", "LogicalSectorSize"), [
    [4, 3, "D:\\M\\m.vhdx", 16 * 1024 * 1024, 512],
  ]);
  assert.equal((await tell("D:\\M\\none.vhdx")).returnValue, 32779);
});

test("`ModifySystemSettings` renames a settings object and leaves the rest; names have at most 100 characters", async () => {
  await using scene = await Scene.open();
  const checkpoint = await scene.hold();
  const rename = async (ElementName: string) =>
    await scene.invoke("Msvm_VirtualSystemManagementService", "ModifySystemSettings", {
      SystemSettings: {
        kind: "instance",
        className: "Msvm_VirtualSystemSettingData",
        properties: { InstanceID: checkpoint.keys["InstanceID"] ?? "", ElementName },
      },
    });
  assert.equal((await rename("Stillpoint run 1")).returnValue, 0);
  assert.equal((await scene.session.get(checkpoint))?.properties["ElementName"], "Stillpoint run 1");
  assert.equal((await rename("x".repeat(101))).returnValue, 32773);
});

test("unknown methods, and calls on a closed session, are refused", async () => {
  await using scene = await Scene.open();
  assert.equal(await code(scene.invoke("Msvm_VirtualSystemManagementService", "Nonsense", {})), 0x80041055);
  await scene.session[Symbol.asyncDispose]();
  await assert.rejects(scene.all("Msvm_ComputerSystem"), CimConnectionError);
});
