import { guid } from "../../base/index.ts";
import type { ByteStore } from "../../disk/index.ts";
import {
  type ConfiguredDisk,
  type MachineConfiguration,
  machineConfigurationTree,
  writeKeyValueStore,
  writeXmlConfiguration,
} from "../../formats/vmcx/index.ts";
import { usesXml } from "../state/host-version.ts";
import type { SettingsEntry } from "../state/lineage.ts";
import type { DiskEntry, HostState } from "../state/schema.ts";
import { configurationPlaces } from "./configuration-places.ts";

/** Writes the configuration of a settings object as its host would: `.vmcx`, or XML up to version 5.0. */
export async function writeConfiguration(
  store: ByteStore,
  host: HostState,
  entry: SettingsEntry,
): Promise<void> {
  const tree = machineConfigurationTree(configurationOf(host, entry));
  if (usesXml(entry.machine.configurationVersion)) await store.write(writeXmlConfiguration(tree), 0);
  else await writeKeyValueStore(tree, store);
}

function configurationOf(host: HostState, entry: SettingsEntry): MachineConfiguration {
  const { machine } = entry;
  const [major = 0, minor = 0] = machine.configurationVersion.split(".").map(Number);
  const { guestState } = configurationPlaces(host, entry);
  return {
    machineId: guid(machine.id),
    settingsId: guid(entry.id),
    kind: entry.kind === "live" ? "machine" : "checkpoint",
    name: entry.name,
    generation: machine.generation,
    version: { major, minor },
    createdAt: entry.created === undefined ? undefined : Temporal.Instant.from(entry.created),
    memoryMegabytes: machine.memoryMegabytes,
    processors: 2,
    scsiControllers: machine.scsiControllers,
    disks: entry.disks.map(configuredDisk),
    networkAdapters: (machine.networkAdapters ?? []).map((adapter) => ({
      name: adapter.name,
      mac: adapter.mac ?? "00-00-00-00-00-00",
      isMacStatic: adapter.mac !== undefined,
      isConnected: adapter.connected,
      switchName: adapter.switch ?? undefined,
    })),
    checkpoints:
      entry.kind === "live"
        ? machine.checkpoints.map((one) => ({
            id: guid(one.id),
            name: one.name,
            parentId: one.parent === null ? undefined : guid(one.parent),
            createdAt: Temporal.Instant.from(one.created),
          }))
        : [],
    guestStatePath: guestState,
    diskMergePending: (machine.pendingMerges ?? []).length > 0,
  };
}

function configuredDisk(disk: DiskEntry): ConfiguredDisk {
  const { controller, number, location, path } = disk;
  return { controller, number, location, kind: path === undefined ? "physical" : "vhd", path };
}
