import { StillpointError } from "../../base/index.ts";
import type { CimInstance, CimMethodResult } from "../../cim/index.ts";
import { HostFileError } from "../../places/index.ts";
import { HyperVCode } from "../acts/refusals.ts";
import type { VirtualDiskFacts } from "../disks/virtual-disks.ts";
import { WbemCode, wmiFault } from "./faults-of-wmi.ts";
import { argument, type CimMethod, type MethodCall, returned } from "./method-call.ts";

const SERVICE = "Msvm_ImageManagementService";
/** Type and Format of Msvm_VirtualHardDiskSettingData: hyperv-facts 1.5. */
const TYPES = { fixed: 2, dynamic: 3, differencing: 4 } as const;
const FORMATS = { vhd: 2, vhdx: 3 } as const;

const V1 = "root\\virtualization";

/** hyperv-facts 1.5. */
export const IMAGE_METHODS: readonly CimMethod[] = [
  { className: SERVICE, name: "GetVirtualHardDiskSettingData", answer: settingData },
  { className: SERVICE, name: "GetVirtualHardDiskState", answer: diskState },
  { className: SERVICE, name: "GetVirtualHardDiskInfo", answer: diskInfo },
];

async function settingData(call: MethodCall): Promise<CimMethodResult> {
  return await aboutDisk(call, async (path, facts) => ({ SettingData: diskInstance(path, facts) }));
}

/** root\\virtualization only: an instance as XML text (hyperv-facts 4). */
async function diskInfo(call: MethodCall): Promise<CimMethodResult> {
  if (call.on.namespace.toLowerCase() !== V1)
    throw wmiFault(WbemCode.methodNotImplemented, "GetVirtualHardDiskInfo");
  return await aboutDisk(call, async (path, facts) => {
    const properties = [
      ["Path", "string", path],
      ["Type", "uint16", String(TYPES[facts.kind])],
      ["ParentPath", "string", facts.parentPath ?? ""],
      ["MaxInternalSize", "uint64", String(facts.virtualSizeBytes)],
    ].map(
      ([name, type, value]) =>
        `<PROPERTY NAME="${name}" TYPE="${type}"><VALUE>${escaped(value ?? "")}</VALUE></PROPERTY>`,
    );
    return { Info: `<INSTANCE CLASSNAME="Msvm_VirtualHardDiskInfo">${properties.join("")}</INSTANCE>` };
  });
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

async function diskState(call: MethodCall): Promise<CimMethodResult> {
  return await aboutDisk(call, async (path) => {
    await using file = await call.context.drives.openToRead(path);
    const State: CimInstance = {
      kind: "instance",
      className: "Msvm_VirtualHardDiskState",
      properties: { FileSize: file.sizeBytes, InUse: null },
    };
    return { State };
  });
}

async function aboutDisk(
  call: MethodCall,
  tell: (path: string, facts: VirtualDiskFacts) => Promise<CimMethodResult["out"]>,
): Promise<CimMethodResult> {
  const path = argument(call, "Path");
  if (typeof path !== "string") return returned(HyperVCode.invalidParameter);
  try {
    return returned(HyperVCode.done, await tell(path, await call.context.disks.facts(path)));
  } catch (error) {
    if (!(error instanceof StillpointError)) throw error;
    const isMissing = error instanceof HostFileError && error.reason === "missing";
    return returned(isMissing ? HyperVCode.fileNotFound : HyperVCode.failed);
  }
}

function diskInstance(path: string, facts: VirtualDiskFacts): CimInstance {
  return {
    kind: "instance",
    className: "Msvm_VirtualHardDiskSettingData",
    properties: {
      InstanceID: `Microsoft:${facts.virtualDiskId.toUpperCase()}`,
      Type: TYPES[facts.kind],
      Format: FORMATS[facts.format],
      Path: path,
      ParentPath: facts.parentPath ?? "",
      MaxInternalSize: facts.virtualSizeBytes,
      BlockSize: facts.blockSizeBytes,
      LogicalSectorSize: facts.logicalSectorBytes,
      PhysicalSectorSize: facts.physicalSectorBytes,
      VirtualDiskId: facts.virtualDiskId.toUpperCase(),
    },
  };
}
