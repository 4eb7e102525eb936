import { DeviceClass, deviceNodeName } from "./device-classes.ts";
import { nodeAt, textAt } from "./key-lookup.ts";
import type { KeyNode } from "./key-tree.ts";
import type { ConfiguredDisk, ConfiguredMedium } from "./machine-configuration.ts";
import { devicesOfClass } from "./manifest.ts";

const MEDIA: Readonly<Record<string, ConfiguredMedium>> = { VHD: "vhd", ISO: "iso", VFD: "floppy" };

/** All slots that have a medium, or a drive for one, in the order IDE, SCSI, floppy. */
export function configuredDisks(configuration: KeyNode): readonly ConfiguredDisk[] {
  const ide = nodeAt(configuration, deviceNodeName(DeviceClass.ide));
  const floppy = nodeAt(configuration, deviceNodeName(DeviceClass.floppy));
  const scsi = devicesOfClass(configuration, DeviceClass.scsi);
  return [
    ...numbered(ide, "controller").flatMap(([number, node]) => slots(node, { controller: "ide", number })),
    ...scsi.flatMap((node, number) =>
      numbered(node, "controller").flatMap(([, below]) => slots(below, { controller: "scsi", number })),
    ),
    ...numbered(floppy, "controller").flatMap(([number, node]) =>
      slots(node, { controller: "floppy", number }),
    ),
  ];
}

function slots(controller: KeyNode, place: Pick<ConfiguredDisk, "controller" | "number">): ConfiguredDisk[] {
  return numbered(controller, "drive").flatMap(([location, drive]) => {
    const kind = mediumOf(drive);
    if (kind === undefined) return [];
    const path = textAt(drive, "pathname");
    return [{ ...place, location, kind, path: path === "" ? undefined : path }];
  });
}

/** `NONE` with a path is how a disk of the host is said to look: docs/unconfirmed.md, vmcx-physical-disk. */
function mediumOf(drive: KeyNode): ConfiguredMedium | undefined {
  const type = textAt(drive, "type")?.toUpperCase() ?? "NONE";
  if (type !== "NONE") return MEDIA[type] ?? "unknown";
  return (textAt(drive, "pathname") ?? "") === "" ? undefined : "physical";
}

/** Child nodes called `<stem><number>`, by number. */
function numbered(node: KeyNode | undefined, stem: string): [number, KeyNode][] {
  const found: [number, KeyNode][] = [];
  for (const child of node?.children ?? []) {
    const digits = child.name.startsWith(stem) ? child.name.slice(stem.length) : "";
    if (child.type === "node" && /^\d{1,4}$/.test(digits)) found.push([Number(digits), child]);
  }
  return found.sort(([a], [b]) => a - b);
}
