import { type Guid, parseGuid } from "../../base/index.ts";
import { deviceNodeName } from "./device-classes.ts";
import { nodeAt, textAt } from "./key-lookup.ts";
import type { KeyNode } from "./key-tree.ts";

/** Settings nodes of all devices, in the order of the manifest; devices without settings are left out. */
export function configuredDevices(
  configuration: KeyNode,
): readonly { readonly class: Guid; readonly node: KeyNode }[] {
  const manifest = nodeAt(configuration, "manifest");
  if (manifest === undefined) return [];
  const entries = manifest.children.filter((key) => key.type === "node" && /^vdev\d+$/i.test(key.name));
  const byNumber = entries.toSorted((a, b) => Number(a.name.slice(4)) - Number(b.name.slice(4)));
  return byNumber.flatMap((entry) => {
    if (entry.type !== "node") return [];
    const deviceClass = parseGuid(textAt(entry, "device") ?? "");
    const instance = parseGuid(textAt(entry, "instance") ?? "");
    if (deviceClass === undefined || instance === undefined) return [];
    const node = nodeAt(configuration, deviceNodeName(instance));
    return node === undefined ? [] : [{ class: deviceClass, node }];
  });
}

export function devicesOfClass(configuration: KeyNode, wanted: Guid): readonly KeyNode[] {
  return configuredDevices(configuration)
    .filter((device) => device.class === wanted)
    .map(({ node }) => node);
}
