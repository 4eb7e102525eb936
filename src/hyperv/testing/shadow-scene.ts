import { FakeClock, SeededEntropy } from "../../base/testing/index.ts";
import type { CimInstance, CimSession } from "../../cim/index.ts";
import type { HostCommands, HostFiles } from "../../places/index.ts";
import type { CustodyJournal } from "../custody.ts";
import { type HypervHost, openHypervHost } from "../hyperv-host.ts";
import { FakeDiskshadow } from "./fake-diskshadow.ts";
import { hostRows, ROW_MACHINE, row } from "./host-rows.ts";
import { MemoryFiles } from "./memory-files.ts";
import { MemoryJournal } from "./memory-journal.ts";
import { ScriptedSession } from "./scripted-session.ts";

export const OTHER_MACHINE = "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B02";
export const DISK = "D:\\M\\m.vhdx";
const CONFIGURATION = `C:\\VMs\\Virtual Machines\\${ROW_MACHINE}.xml`;
const V1 = "root\\virtualization";
const VERSIONS = { "2008r2": "6.1.7601", "2012": "6.2.9200", "2012r2": "6.3.9600", "2019": "10.0.17763" };

export interface ShadowSceneOptions {
  readonly release?: keyof typeof VERSIONS;
  readonly caption?: string;
  /** Properties of the machine and of its settings. */
  readonly machine?: Readonly<Record<string, string | number | readonly number[]>>;
  readonly settings?: Readonly<Record<string, string | number>>;
  readonly rows?: Readonly<Record<string, readonly CimInstance[]>>;
  readonly files?: Readonly<Record<string, string>>;
}

/** A 2012 R2 host of hand-written rows with files in memory and a diskshadow: one machine on D:, its settings on C:. */
export class ShadowScene {
  readonly clock = new FakeClock();
  readonly journal = new MemoryJournal();
  readonly files: MemoryFiles;
  readonly diskshadow: FakeDiskshadow;
  readonly session: ScriptedSession;
  /** State changes that were asked for, in order. */
  readonly asked: number[] = [];
  /** Whether the host does what it is asked for. */
  obeys = true;

  constructor(options: ShadowSceneOptions = {}) {
    const { release = "2012r2", caption = "Online\\web01" } = options;
    this.files = new MemoryFiles({ [DISK]: "disk", [CONFIGURATION]: "<xml/>", ...options.files });
    this.diskshadow = new FakeDiskshadow(this.files, {
      volumes: [
        { mount: "C:\\", device: "\\\\?\\Volume{6cd5140b-0000-0000-0000-00000000000c}\\" },
        { mount: "D:\\", device: "\\\\?\\Volume{6cd5140b-0000-0000-0000-00000000000d}\\" },
      ],
      components: [
        { id: ROW_MACHINE, caption },
        { id: OTHER_MACHINE, caption: "Offline\\db01" },
      ],
    });
    const os = { Caption: "Windows Server", Version: VERSIONS[release], ProductType: 3 };
    const settings = {
      Version: "5.0",
      ConfigurationDataRoot: "C:\\VMs",
      ConfigurationFile: `Virtual Machines\\${ROW_MACHINE}.xml`,
      ...options.settings,
    };
    const classes = {
      Win32_OperatingSystem: [row("Win32_OperatingSystem", os, [])],
      Msvm_ImageManagementService: [row("Msvm_ImageManagementService", { Name: "vmms" }, ["Name"])],
      ...options.rows,
    };
    const rows = hostRows(classes, options.machine, settings);
    const isOlder = release === "2008r2";
    this.session = new ScriptedSession({
      rows: isOlder ? { ...rows, ...olderRows(options.machine) } : rows,
      missingNamespaces: isOlder ? [`${V1}\\v2`] : [],
    });
    this.session.invoke = async (_on, method, input) => {
      if (method === "RequestStateChange") {
        const state = Number(input.arguments["RequestedState"]);
        this.asked.push(state);
        if (this.obeys) this.setState(state);
        return { returnValue: this.obeys ? 0 : 32_775, out: {} };
      }
      return { returnValue: 0, out: {} };
    };
  }

  setState(enabledState: number): void {
    this.set({ EnabledState: enabledState });
  }

  /** Changes properties of the machine's computer system. */
  set(properties: CimInstance["properties"]): void {
    const rows = this.session.rows["Msvm_ComputerSystem"] ?? [];
    this.session.rows["Msvm_ComputerSystem"] = rows.map((one) =>
      one.properties["Name"] === ROW_MACHINE
        ? { ...one, properties: { ...one.properties, ...properties } }
        : one,
    );
  }

  get state(): unknown {
    const rows = this.session.rows["Msvm_ComputerSystem"] ?? [];
    return rows.find((one) => one.properties["Name"] === ROW_MACHINE)?.properties["EnabledState"];
  }

  /** Lets other work of the process go on, without time passing. */
  async turns(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await Promise.resolve();
  }

  /** A client of the host; parts may be replaced by ones that fail. */
  async host(
    parts: {
      readonly session?: CimSession;
      readonly files?: HostFiles;
      readonly commands?: HostCommands;
      readonly journal?: CustodyJournal;
      readonly shadowServer?: string;
    } = {},
  ): Promise<HypervHost> {
    return await openHypervHost({
      session: parts.session ?? this.session,
      files: parts.files ?? this.files,
      commands: parts.commands ?? this.diskshadow,
      journal: parts.journal ?? this.journal,
      clock: this.clock,
      entropy: new SeededEntropy(7),
      hostKey: "test",
      shadowServer: parts.shadowServer,
    });
  }

  /** Everything that a run left, one sentence each. */
  audit(): readonly string[] {
    const { shadows } = this.diskshadow;
    return [
      ...shadows.map(({ id }) => `shadow copy ${id}`),
      ...this.diskshadow.shares.map((share) => `share ${share}`),
      ...this.files.paths().filter((path) => path.includes("\\Temp\\")),
      ...this.journal.entries.map(({ kind }) => `journal entry ${kind}`),
    ];
  }
}

/** The machine in the words of `root\virtualization` (hyperv-facts 4); what that has not is removed. */
function olderRows(machine: ShadowSceneOptions["machine"]): Record<string, readonly CimInstance[]> {
  const inV1 = (
    name: string,
    properties: CimInstance["properties"],
    keys?: readonly string[],
  ): CimInstance => {
    const made = row(name, properties, keys);
    const reference = { ...(made.reference as NonNullable<CimInstance["reference"]>), namespace: V1 };
    return { ...made, reference };
  };
  const resource = (path: string, subtype: string, more: CimInstance["properties"]): CimInstance =>
    inV1("Msvm_ResourceAllocationSettingData", {
      InstanceID: `Microsoft:${ROW_MACHINE}\\${path}`,
      ResourceSubType: `Microsoft ${subtype}`,
      ...more,
    });
  const parent = (path: string): string => `Microsoft:${ROW_MACHINE}\\${path}`;
  const system = { Name: ROW_MACHINE, ElementName: "web01", EnabledState: 2, OperationalStatus: [2] };
  const roots = { SystemName: ROW_MACHINE, ExternalDataRoot: "C:\\VMs", SnapshotDataRoot: "C:\\VMs" };
  return {
    Msvm_ComputerSystem: [inV1("Msvm_ComputerSystem", { ...system, ...machine }, ["Name"])],
    Msvm_VirtualSystemSettingData: [
      inV1("Msvm_VirtualSystemSettingData", {
        InstanceID: `Microsoft:${ROW_MACHINE}`,
        SystemName: ROW_MACHINE,
        SettingType: 3,
      }),
    ],
    Msvm_VirtualSystemGlobalSettingData: [inV1("Msvm_VirtualSystemGlobalSettingData", roots, [])],
    Msvm_ResourceAllocationSettingData: [
      resource("ide0", "Emulated IDE Controller", { Address: "0" }),
      resource("ide0\\0\\D", "Synthetic Disk Drive", { Address: "0", Parent: parent("ide0") }),
      resource("ide0\\0\\L", "Virtual Hard Disk", { Connection: [DISK], Parent: parent("ide0\\0\\D") }),
    ],
    Msvm_StorageAllocationSettingData: [],
  };
}
