import { type Guid, parseGuid } from "../../../base/index.ts";
import { CimFault, type CimInstance, optionalTextOf } from "../../../cim/index.ts";
import { CIMV2, CLASS } from "../../cim-names.ts";
import { momentOf } from "../../inventory/moment-of.ts";
import type { HostAccess } from "../host-access.ts";

/** A shadow copy of Win32_ShadowCopy. */
export interface ShadowRow {
  readonly id: Guid;
  readonly row: CimInstance;
}

/** The host's shadow copies; a host that does not show them has none. */
export async function shadowRows(access: HostAccess): Promise<readonly ShadowRow[]> {
  try {
    const rows = await Array.fromAsync(access.session.query(CIMV2, `SELECT * FROM ${CLASS.shadowCopy}`));
    return rows.flatMap((row): ShadowRow[] => {
      const id = parseGuid(optionalTextOf(row, "ID") ?? "");
      return id === undefined ? [] : [{ id, row }];
    });
  } catch (error) {
    if (error instanceof CimFault) return [];
    throw error;
  }
}

/** When the last of these shadow copies was made, by the host's clock; undefined where it shows none of them. */
export async function lastInstalled(
  access: HostAccess,
  ids: readonly Guid[],
): Promise<Temporal.Instant | undefined> {
  if (ids.length === 0) return undefined;
  const moments = (await shadowRows(access))
    .filter(({ id }) => ids.includes(id))
    .map(({ row }) => momentOf(row.properties["InstallDate"]))
    .filter((moment) => moment !== null);
  return moments.toSorted((one, other) => Temporal.Instant.compare(one, other)).at(-1);
}
