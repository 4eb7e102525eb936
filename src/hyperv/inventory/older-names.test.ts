import assert from "node:assert/strict";
import { test } from "node:test";
import type { CimInstance, CimValue } from "../../cim/index.ts";
import { pathText, ROW_MACHINE, row, ScriptedSession } from "../testing/index.ts";
import { readMachines } from "./read-host.ts";

const SETTINGS = "Msvm_VirtualSystemSettingData";
const RESOURCE = "Msvm_ResourceAllocationSettingData";
const CHECKPOINT = "9C0D1E2F-0000-4000-8000-000000000001";

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
  assert.equal(machine?.places.configurationFile, `Virtual Machines\\${ROW_MACHINE}.xml`);
  const [checkpoint] = machine?.checkpoints ?? [];
  assert.equal(checkpoint?.places.configurationFile, `Snapshots\\${CHECKPOINT}.xml`);
  assert.equal(checkpoint?.places.configurationDataRoot, "D:\\snapshots");
  assert.equal(machine?.power, "saved");
});

test("`readMachines()` takes parents that are bare ids, and places that are in Address", async () => {
  const rows = olderRows();
  const resources = (rows[RESOURCE] ?? []).map((one): CimInstance => {
    const { Parent, AddressOnParent, ...others } = one.properties;
    const bare =
      typeof Parent === "string" ? /"(.*)"/.exec(Parent)?.[1]?.replaceAll("\\\\", "\\") : undefined;
    return {
      ...one,
      properties: {
        ...others,
        ...(bare === undefined ? {} : { Parent: bare }),
        ...(AddressOnParent === undefined ? {} : { Address: AddressOnParent }),
      },
    };
  });
  const missingNamespaces = ["root\\virtualization\\v2"];
  await using session = new ScriptedSession({ rows: { ...rows, [RESOURCE]: resources }, missingNamespaces });
  const [machine] = await readMachines(session);
  assert.deepEqual(
    machine?.disks.map(({ path }) => path),
    ["D:\\old.vhd"],
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
        { SystemName: ROW_MACHINE, ExternalDataRoot: "D:\\old", SnapshotDataRoot: "D:\\snapshots" },
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
