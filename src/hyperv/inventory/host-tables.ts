import { CimFault, type CimInstance, type CimSession } from "../../cim/index.ts";
import { CLASS, VIRTUALIZATION_V1, VIRTUALIZATION_V2, WBEM } from "../cim-names.ts";
import { HypervNotInstalledError } from "../errors.ts";

/** Classes that every host has; without them there is no inventory. */
const REQUIRED = ["computerSystem", "settings", "resourceAllocation"] as const;
/** Classes that a generation may lack; then they are empty. */
const OPTIONAL = [
  "storageAllocation",
  "globalSettings",
  "fibreChannelPort",
  "diskDrive",
  "vssSettings",
  "vssComponent",
  "kvpComponent",
  "replication",
  "currentCheckpoint",
  "securitySettings",
  "diskMergeSettings",
] as const;

export type TableName = (typeof REQUIRED)[number] | (typeof OPTIONAL)[number];

/** Whole classes, as the host sent them. */
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

export interface ReadTablesOptions {
  readonly signal?: AbortSignal | undefined;
  /** `tree`: only what `MachineTree` needs. */
  readonly scope?: "tree" | undefined;
}

/**
 * Reads whole classes: the number of queries does not depend on the number of machines. The newer namespace is tried
 * first; whether it exists decides, not the version of the system (hyperv-facts 4).
 */
export async function readHostTables(
  session: CimSession,
  options: ReadTablesOptions = {},
): Promise<HostTables> {
  const { namespace, rows: computerSystem } = await readComputerSystems(session, options);
  const rows: Partial<Record<TableName, readonly CimInstance[]>> = { computerSystem };
  for (const table of [...REQUIRED, ...OPTIONAL]) {
    if (table === "computerSystem") continue;
    const skipped =
      (ONLY_V1.has(table) && namespace !== VIRTUALIZATION_V1) ||
      (options.scope === "tree" && !TREE.has(table));
    rows[table] = skipped ? [] : await readTable(session, { namespace, table, ...options });
  }
  return { namespace, rows: rows as HostTables["rows"] };
}

async function readComputerSystems(
  session: CimSession,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<{ namespace: string; rows: readonly CimInstance[] }> {
  const table = "computerSystem";
  try {
    const rows = await readTable(session, { namespace: VIRTUALIZATION_V2, table, ...options });
    return { namespace: VIRTUALIZATION_V2, rows };
  } catch (error) {
    if (!(error instanceof CimFault) || error.parts.code !== WBEM.invalidNamespace) throw error;
  }
  try {
    const rows = await readTable(session, { namespace: VIRTUALIZATION_V1, table, ...options });
    return { namespace: VIRTUALIZATION_V1, rows };
  } catch (error) {
    if (!(error instanceof CimFault) || error.parts.code !== WBEM.invalidNamespace) throw error;
    throw new HypervNotInstalledError("Cannot list machines: this computer has no Hyper-V", { cause: error });
  }
}

async function readTable(
  session: CimSession,
  read: {
    readonly namespace: string;
    readonly table: TableName;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<readonly CimInstance[]> {
  try {
    return await Array.fromAsync(
      session.query(read.namespace, `SELECT * FROM ${CLASS[read.table]}`, { signal: read.signal }),
    );
  } catch (error) {
    const absent = error instanceof CimFault && error.parts.code === WBEM.invalidClass;
    const isRequired = (REQUIRED as readonly string[]).includes(read.table);
    if (absent && !isRequired) return [];
    throw error;
  }
}
