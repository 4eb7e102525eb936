import { parseGuid } from "../../../base/index.ts";
import { CimFault, optionalTextOf } from "../../../cim/index.ts";
import { CIMV2, CLASS } from "../../cim-names.ts";
import type { HostAccess } from "../host-access.ts";
import type { ListedShadow } from "./diskshadow-output.ts";

/**
 * The host's shadow copies whose ids stand in what diskshadow printed: for languages whose form nobody understands
 * (docs/unconfirmed.md, diskshadow-language). Win32_ShadowCopy says of each what matters; a host that does not show them
 * has none.
 */
export async function shadowsNamedIn(access: HostAccess, printed: string): Promise<readonly ListedShadow[]> {
  const text = printed.toLowerCase();
  try {
    const rows = await Array.fromAsync(access.session.query(CIMV2, `SELECT * FROM ${CLASS.shadowCopy}`));
    return rows.flatMap((row): ListedShadow[] => {
      const id = parseGuid(optionalTextOf(row, "ID") ?? "");
      if (id === undefined || !text.includes(id)) return [];
      const volume = optionalTextOf(row, "VolumeName");
      const set = parseGuid(optionalTextOf(row, "SetID") ?? "");
      return [{ id, set, volume, mount: volume, device: optionalTextOf(row, "DeviceObject") }];
    });
  } catch (error) {
    if (error instanceof CimFault) return [];
    throw error;
  }
}
