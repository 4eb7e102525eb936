import type { Guid } from "../../base/index.ts";
import { CimFault, type CimReference, optionalNumberOf } from "../../cim/index.ts";
import type { HostAccess } from "../capture/host-access.ts";
import { CLASS, VIRTUALIZATION_V2, WBEM } from "../cim-names.ts";
import { type ReplicationLink, readReplication } from "../inventory/replication-link.ts";
import type { WaitOptions } from "../machine-host.ts";

/** A machine's primary replication relationship as it is now. */
export interface ReplicationNow extends ReplicationLink {
  readonly reference: CimReference;
}

/** Asks about one machine only; undefined when the host has none of this id, or is older than replication. */
export async function replicationNow(
  access: HostAccess,
  machine: Guid,
  options: WaitOptions = {},
): Promise<ReplicationNow | undefined> {
  const wql = `SELECT * FROM ${CLASS.computerSystem} WHERE Name = '${machine.toUpperCase()}'`;
  try {
    const rows = await Array.fromAsync(access.session.query(VIRTUALIZATION_V2, wql, options));
    const [row] = rows;
    if (row?.reference === undefined) return undefined;
    const link = readReplication({
      mode: optionalNumberOf(row, "ReplicationMode"),
      state: optionalNumberOf(row, "ReplicationState"),
      health: optionalNumberOf(row, "ReplicationHealth"),
    });
    return { ...link, reference: row.reference };
  } catch (error) {
    if (error instanceof CimFault && error.parts.code === WBEM.invalidNamespace) return undefined;
    throw error;
  }
}
