import assert from "node:assert/strict";
import { test } from "node:test";
import type { CimInstance } from "../../cim/index.ts";
import { diskRows, hostRows, pathText, ROW_MACHINE, row } from "../testing/index.ts";
import { onlyMachine } from "../testing/only-machine.ts";

const RESOURCE = "Msvm_ResourceAllocationSettingData";

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
  const machine = await onlyMachine(
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
  const machine = await onlyMachine(
    hostRows({ [RESOURCE]: [...scsi.devices, physical], Msvm_DiskDrive: drives }),
  );
  assert.deepEqual(machine.disks[1], {
    controller: "scsi",
    number: 0,
    location: 1,
    kind: "pass-through",
    physicalDisk: { number: 3, bytes: 1_099_511_627_776 },
  });
});
