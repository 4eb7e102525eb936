import type { Guid } from "../../base/index.ts";
import {
  CimAnswerError,
  type CimInstance,
  type CimSession,
  optionalNumberOf,
  optionalTextOf,
  textOf,
} from "../../cim/index.ts";
import { CIMV2, CLASS } from "../cim-names.ts";
import type { HostFacts } from "../machine-host.ts";
import { type HostGeneration, hostGenerationOf } from "./host-generation.ts";
import { readHostTables } from "./host-tables.ts";
import { joinMachines } from "./join-machines.ts";
import type { MachineInventory, MachineTree } from "./machine-inventory.ts";
import { inNewerNames } from "./older-names.ts";

const USUAL_WINDOWS_FOLDER = "C:\\Windows";

export interface HostInventory extends HostFacts {
  readonly generation: HostGeneration;
  /** The third part of the version. */
  readonly build: number;
  /** `C:\\Windows`. */
  readonly windowsFolder: string;
}

/** What kind of host it is: two queries. @throws {CimAnswerError} when it does not say what it is */
export async function readHostFacts(
  session: CimSession,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<HostInventory> {
  const system = await only(session, CLASS.operatingSystem, options);
  const computer = await only(session, CLASS.hostComputer, options);
  const version = textOf(system, "Version");
  const productType = optionalNumberOf(system, "ProductType");
  const generation = hostGenerationOf(version);
  if (generation === undefined) {
    throw new CimAnswerError(`Cannot tell what host this is: its version is "${version}"`);
  }
  if (productType !== 1 && productType !== 2 && productType !== 3) {
    throw new CimAnswerError(`Cannot tell what host this is: its ProductType is ${productType ?? "absent"}`);
  }
  const caption = system.properties["Caption"];
  return {
    name: textOf(computer, "Name"),
    caption: typeof caption === "string" ? caption.trim() : "",
    version,
    productType,
    generation,
    build: Number(version.split(".")[2] ?? 0),
    windowsFolder: optionalTextOf(system, "WindowsDirectory") || USUAL_WINDOWS_FOLDER,
  };
}

export interface ReadMachinesOptions {
  readonly signal?: AbortSignal | undefined;
  /** Asks for this machine only. A host that cannot choose may give others, too. */
  readonly machine?: Guid | undefined;
}

/** All machines of the host as they are now: a fixed number of queries, whatever the number of machines. */
export async function readMachines(
  session: CimSession,
  options: ReadMachinesOptions = {},
): Promise<readonly MachineInventory[]> {
  return joinMachines(inNewerNames(await readHostTables(session, options)));
}

/** The same with fewer questions, for a second look at disks and checkpoints. */
export async function readMachineTrees(
  session: CimSession,
  options: ReadMachinesOptions = {},
): Promise<readonly MachineTree[]> {
  return joinMachines(inNewerNames(await readHostTables(session, { ...options, scope: "tree" })));
}

async function only(
  session: CimSession,
  className: string,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<CimInstance> {
  const rows = await Array.fromAsync(session.query(CIMV2, `SELECT * FROM ${className}`, options));
  const row = rows[0];
  if (row === undefined) throw new CimAnswerError(`Cannot read ${className}: the host has no instance of it`);
  return row;
}
