import type { Guid } from "../../base/index.ts";
import { CimFault, type CimInstance, type CimSession } from "../../cim/index.ts";
import { CLASS, VIRTUALIZATION_V1, VIRTUALIZATION_V2, WBEM, WBEM_QUERY_REFUSALS } from "../cim-names.ts";
import { HypervNotInstalledError } from "../errors.ts";
import { machineConditions, type WantedMachine } from "./machine-filter.ts";
import { settingsId } from "./settings-id.ts";

/** Classes that every host has; without them there is no inventory. */
const REQUIRED = ["computerSystem", "settings", "resourceAllocation"] as const;
/** Classes that a generation may lack; then they are empty. */
const OPTIONAL = [
  "storageAllocation",
  "globalSettings",
  "fibreChannelPort",
  "diskDrive",
  "assignedDevice",
  "graphicsPartition",
  "vssSettings",
  "vssComponent",
  "kvpComponent",
  "replication",
  "currentCheckpoint",
  "securitySettings",
  "diskMergeSettings",
] as const;

export type TableName = (typeof REQUIRED)[number] | (typeof OPTIONAL)[number];

/** Whole classes, or one machine's rows of them, as the host sent them. */
export interface HostTables {
  readonly namespace: string;
  readonly rows: Readonly<Record<TableName, readonly CimInstance[]>>;
}

const ONLY_V1: ReadonlySet<TableName> = new Set(["globalSettings"]);

/** What a second look at a machine needs; the rest is left empty. */
const TREE: ReadonlySet<TableName> = new Set([
  "computerSystem",
  "settings",
  "resourceAllocation",
  "storageAllocation",
  "currentCheckpoint",
  "diskMergeSettings",
]);

/**
 * A machine hardly ever has none of these. A provider that understands no condition might answer nothing instead of
 * refusing, and a machine must not lose its disks by that: the whole class is looked through as well.
 */
const RARELY_EMPTY: ReadonlySet<TableName> = new Set(["settings", "resourceAllocation", "storageAllocation"]);

export interface ReadTablesOptions {
  readonly signal?: AbortSignal | undefined;
  /** `tree`: only what `MachineTree` needs. */
  readonly scope?: "tree" | undefined;
  /** Only this machine's rows, where the host can tell them. */
  readonly machine?: Guid | undefined;
}

/**
 * Reads whole classes: the number of queries does not depend on the number of machines. Of one machine it reads that
 * machine's rows only, by as many queries. The newer namespace is tried first; whether it exists decides, not the version
 * of the system (hyperv-facts 4).
 */
export async function readHostTables(
  session: CimSession,
  options: ReadTablesOptions = {},
): Promise<HostTables> {
  const { namespace, rows: computerSystem } = await readComputerSystems(session, options);
  const rows: Partial<Record<TableName, readonly CimInstance[]>> = { computerSystem };
  const isGone = options.machine !== undefined && computerSystem.length === 0;
  let machine = wanted(options.machine, []);
  for (const table of [...REQUIRED, ...OPTIONAL]) {
    if (table === "computerSystem") continue;
    const skipped =
      isGone ||
      (ONLY_V1.has(table) && namespace !== VIRTUALIZATION_V1) ||
      (options.scope === "tree" && !TREE.has(table)) ||
      (table === "currentCheckpoint" && machine?.owners.length === 0);
    rows[table] = skipped
      ? []
      : await readTable(session, { namespace, table, machine, signal: options.signal });
    // what belongs to a machine's checkpoints is found by their own ids
    if (table === "settings") machine = wanted(options.machine, rows[table] ?? []);
  }
  return { namespace, rows: rows as HostTables["rows"] };
}

function wanted(id: Guid | undefined, settings: readonly CimInstance[]): WantedMachine | undefined {
  if (id === undefined) return undefined;
  const owners = settings.flatMap((row) => settingsId(row) ?? []).filter((owner) => owner !== id);
  return { id, owners };
}

async function readComputerSystems(
  session: CimSession,
  options: ReadTablesOptions,
): Promise<{ namespace: string; rows: readonly CimInstance[] }> {
  const table = "computerSystem";
  const read = { table, machine: wanted(options.machine, []), signal: options.signal } as const;
  try {
    const rows = await readTable(session, { namespace: VIRTUALIZATION_V2, ...read });
    return { namespace: VIRTUALIZATION_V2, rows };
  } catch (error) {
    if (!(error instanceof CimFault) || error.parts.code !== WBEM.invalidNamespace) throw error;
  }
  try {
    const rows = await readTable(session, { namespace: VIRTUALIZATION_V1, ...read });
    return { namespace: VIRTUALIZATION_V1, rows };
  } catch (error) {
    if (!(error instanceof CimFault) || error.parts.code !== WBEM.invalidNamespace) throw error;
    throw new HypervNotInstalledError("Cannot list machines: this computer has no Hyper-V", { cause: error });
  }
}

/** One machine's rows of a class of the newer namespace, where the host can choose them; else those of others, too. */
export async function readMachineRows(
  session: CimSession,
  read: { readonly table: TableName; readonly machine: Guid; readonly signal?: AbortSignal | undefined },
): Promise<readonly CimInstance[]> {
  const { table, machine, signal } = read;
  return await readTable(session, {
    namespace: VIRTUALIZATION_V2,
    table,
    machine: { id: machine, owners: [] },
    signal,
  });
}

interface TableRead {
  readonly namespace: string;
  readonly table: TableName;
  readonly machine?: WantedMachine | undefined;
  readonly signal?: AbortSignal | undefined;
}

async function readTable(session: CimSession, read: TableRead): Promise<readonly CimInstance[]> {
  const { machine, table } = read;
  const conditions = machine === undefined ? undefined : machineConditions(table, { ...read, machine });
  try {
    const rows = await readRows(session, read, conditions);
    const isDoubtful = conditions !== undefined && rows.length === 0 && RARELY_EMPTY.has(table);
    return isDoubtful ? await readRows(session, read, undefined) : rows;
  } catch (error) {
    const absent = error instanceof CimFault && error.parts.code === WBEM.invalidClass;
    const isRequired = (REQUIRED as readonly string[]).includes(table);
    if (absent && !isRequired) return [];
    throw error;
  }
}

async function readRows(
  session: CimSession,
  read: TableRead,
  conditions: readonly string[] | undefined,
): Promise<readonly CimInstance[]> {
  const { namespace, table, signal } = read;
  const whole = `SELECT * FROM ${CLASS[table]}`;
  const rows: CimInstance[] = [];
  try {
    for (const text of conditions?.map((condition) => `${whole} WHERE ${condition}`) ?? [whole]) {
      rows.push(...(await Array.fromAsync(session.query(namespace, text, { signal }))));
    }
    return rows;
  } catch (error) {
    // a provider that cannot choose lists everything, and the join chooses
    const isTooHard = error instanceof CimFault && WBEM_QUERY_REFUSALS.has(error.parts.code);
    if (!isTooHard || conditions === undefined) throw error;
    return await readRows(session, read, undefined);
  }
}
