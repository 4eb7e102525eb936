import { derivedGuid } from "../state/derived-guid.ts";
import { Release } from "../state/host-version.ts";
import { type SettingsEntry, settingsOf } from "../state/lineage.ts";
import type { NetworkAdapterEntry } from "../state/schema.ts";
import { type CimClass, V2 } from "./host-view.ts";
import { objectPath } from "./object-path.ts";

interface Adapter {
  readonly entry: SettingsEntry;
  readonly adapter: NetworkAdapterEntry;
  readonly portId: string;
}

/** Adapters of every settings object: hyperv-facts 8.3. */
export const ETHERNET_PORT: CimClass = {
  name: "Msvm_SyntheticEthernetPortSettingData",
  keys: ["InstanceID"],
  since: Release.server2012,
  instances: (view) =>
    view.host.machines.flatMap(settingsOf).flatMap((entry) =>
      adaptersOf(entry).map(({ adapter, portId }) => ({
        InstanceID: portId,
        ElementName: adapter.name,
        ResourceType: 10,
        ResourceSubType: "Microsoft:Hyper-V:Synthetic Ethernet Port",
        Address: (adapter.mac ?? "").replaceAll(/[:-]/g, "").toUpperCase(),
        StaticMacAddress: adapter.mac !== undefined,
      })),
    ),
};

/** What an adapter is plugged into; EnabledState 3: not connected. */
export const ETHERNET_CONNECTION: CimClass = {
  name: "Msvm_EthernetPortAllocationSettingData",
  keys: ["InstanceID"],
  since: Release.server2012,
  instances: (view) =>
    view.host.machines.flatMap(settingsOf).flatMap((entry) =>
      adaptersOf(entry).map(({ adapter, portId }) => ({
        InstanceID: `${portId}\\C`,
        ElementName: "Ethernet Connection",
        ResourceType: 33,
        ResourceSubType: "Microsoft:Hyper-V:Ethernet Connection",
        EnabledState: adapter.connected ? 2 : 3,
        LastKnownSwitchName: adapter.switch ?? null,
        Parent: objectPath(view.host.name, {
          kind: "reference",
          namespace: V2,
          className: ETHERNET_PORT.name,
          keys: { InstanceID: portId },
        }),
      })),
    ),
};

function adaptersOf(entry: SettingsEntry): readonly Adapter[] {
  return (entry.machine.networkAdapters ?? []).map((adapter, at) => ({
    entry,
    adapter,
    portId: `Microsoft:${entry.id}\\${derivedGuid(entry.machine.id, `adapter${at}`)}`,
  }));
}
