import { windowsFileName } from "../../places/index.ts";
import { Release } from "../state/host-version.ts";
import type { CimClass } from "./host-view.ts";

/** Service objects are singletons of the host: hyperv-facts 1.1. */
function serviceClass(name: string, since: number): CimClass {
  return {
    name,
    keys: ["CreationClassName", "Name", "SystemCreationClassName", "SystemName"],
    since,
    instances: (view) => [
      {
        CreationClassName: name,
        Name: "vmms",
        SystemCreationClassName: "Msvm_ComputerSystem",
        SystemName: view.host.name,
        ElementName: "Hyper-V Virtual Machine Management",
        Started: true,
      },
    ],
  };
}

export const SNAPSHOT_SERVICE = serviceClass("Msvm_VirtualSystemSnapshotService", Release.server2012);
export const MANAGEMENT_SERVICE = serviceClass("Msvm_VirtualSystemManagementService", Release.server2008);
export const IMAGE_SERVICE = serviceClass("Msvm_ImageManagementService", Release.server2008);

/** Win32_OperatingSystem: hyperv-facts 5.3. */
export const OPERATING_SYSTEM: CimClass = {
  name: "Win32_OperatingSystem",
  keys: ["Name"],
  since: 0,
  instances: ({ host }) => [
    {
      Name: `Microsoft ${host.os.caption}|C:\\Windows|\\Device\\Harddisk0\\Partition4`,
      Caption: host.os.caption,
      Version: host.os.version,
      BuildNumber: host.os.version.split(".")[2] ?? "0",
      ProductType: host.os.productType,
      CSName: host.name,
      WindowsDirectory: "C:\\Windows",
    },
  ],
};

export const WINDOWS_COMPUTER: CimClass = {
  name: "Win32_ComputerSystem",
  keys: ["Name"],
  since: 0,
  instances: ({ host }) => [{ Name: host.name, DNSHostName: host.name, Caption: host.name }],
};

const VMMS = { pid: 1480, commandLine: "C:\\Windows\\system32\\vmms.exe" };
const FIRST_PID = 5000;

/** Win32_Process: the programs that go on now, beside what every host runs. */
export const PROCESS: CimClass = {
  name: "Win32_Process",
  keys: ["Handle"],
  since: 0,
  instances: ({ host }) => [
    { Handle: String(VMMS.pid), ProcessId: VMMS.pid, Name: "vmms.exe", CommandLine: VMMS.commandLine },
    ...(host.runningPrograms ?? [])
      .filter(({ ended }) => ended === undefined)
      .map(({ program, arguments: given }, at) => ({
        Handle: String(FIRST_PID + at),
        ProcessId: FIRST_PID + at,
        Name: windowsFileName(program),
        CommandLine: [program, ...given].map(quoted).join(" "),
      })),
  ],
};

function quoted(argument: string): string {
  return argument.includes(" ") ? `"${argument}"` : argument;
}
