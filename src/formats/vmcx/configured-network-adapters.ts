import { parseGuid } from "../../base/index.ts";
import { flagAt, textAt } from "./key-lookup.ts";
import type { KeyNode } from "./key-tree.ts";
import type { ConfiguredNetworkAdapter } from "./machine-configuration.ts";
import { configuredDevices } from "./manifest.ts";

/** Synthetic and emulated adapters alike: every device with a hardware address is one. */
export function configuredNetworkAdapters(configuration: KeyNode): readonly ConfiguredNetworkAdapter[] {
  return configuredDevices(configuration).flatMap(({ node }) => {
    const mac = textAt(node, "MacAddress");
    if (mac === undefined) return [];
    const switchName = textAt(node, "Connection/AltSwitchName");
    return [
      {
        name: textAt(node, "FriendlyName") ?? "",
        mac,
        isMacStatic: flagAt(node, "MacAddressIsStatic") ?? false,
        isConnected: flagAt(node, "IsConnected") ?? false,
        switchName: switchName === "" ? undefined : switchName,
        switchId: parseGuid(textAt(node, "SwitchName") ?? ""),
      },
    ];
  });
}
