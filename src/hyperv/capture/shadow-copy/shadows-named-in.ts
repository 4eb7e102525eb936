import { parseGuid } from "../../../base/index.ts";
import { optionalTextOf } from "../../../cim/index.ts";
import type { HostAccess } from "../host-access.ts";
import type { ListedShadow } from "./diskshadow-output.ts";
import { shadowRows } from "./shadow-rows.ts";

/**
 * The host's shadow copies whose ids stand in what diskshadow printed: for languages whose form nobody understands
 * (docs/unconfirmed.md, diskshadow-language). Win32_ShadowCopy says of each what matters.
 */
export async function shadowsNamedIn(access: HostAccess, printed: string): Promise<readonly ListedShadow[]> {
  const text = printed.toLowerCase();
  const named = (await shadowRows(access)).filter(({ id }) => text.includes(id));
  return named.map(({ id, row }) => {
    const volume = optionalTextOf(row, "VolumeName");
    const set = parseGuid(optionalTextOf(row, "SetID") ?? "");
    return { id, set, volume, mount: volume, device: optionalTextOf(row, "DeviceObject") };
  });
}
