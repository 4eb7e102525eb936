import type { Uncovered } from "../../base/index.ts";
import type { HoldWishes } from "../hold-wishes.ts";
import { placeText } from "../inventory/attached-disks.ts";
import type { AttachedDisk, DiskKind, MachineInventory } from "../inventory/machine-inventory.ts";
import { type ExcludedDisk, excludedDisks } from "./excluded-disks.ts";
import { type Language, type Sentence, type SentenceKey, say } from "./sentences.ts";

/** A warning that has not been put into a language yet. */
export interface Warning {
  readonly code: string;
  readonly sentence: Sentence;
}

/** What a kind of disk that the host cannot hold still is called. */
const GAPS: Partial<Record<DiskKind, { code: string; why: SentenceKey; warning: SentenceKey }>> = {
  "pass-through": {
    code: "passthrough-disk-not-covered",
    why: "passThroughUncovered",
    warning: "warnPassThrough",
  },
  vhds: { code: "vhd-set-not-covered", why: "vhdSetUncovered", warning: "warnVhdSet" },
  shared: { code: "shared-disk-not-covered", why: "sharedUncovered", warning: "warnShared" },
};

/** Whether the host can hold this disk still. */
export function isCovered(disk: AttachedDisk): boolean {
  return GAPS[disk.kind] === undefined;
}

/** What the guest has and a restore point would not have. */
export function uncoveredOf(
  machine: MachineInventory,
  options: { readonly language: Language; readonly wishes?: HoldWishes | undefined },
): readonly Uncovered[] {
  const { language, wishes } = options;
  const excluded = excludedDisks(machine, wishes?.excludeDisks);
  return [
    ...excluded.map((one) => excludedEntry(one, language)),
    ...othersThan(excluded, machine).flatMap((disk) => {
      const gap = GAPS[disk.kind];
      if (gap === undefined) return [];
      const bytes = disk.physicalDisk?.bytes;
      const why = say({ key: gap.why }, language);
      return [{ disk: diskName(disk), why, ...(bytes === undefined ? {} : { bytes }) }];
    }),
    ...machine.unplacedDisks.map(({ path, why }) => ({
      disk: path,
      why: say({ key: "unplacedUncovered", facts: { why } }, language),
    })),
    ...(machine.fibreChannelPorts === 0
      ? []
      : [{ disk: "virtual Fibre Channel", why: say({ key: "fibreChannelUncovered" }, language) }]),
  ];
}

/** One warning for each thing that is not covered. */
export function gapWarnings(machine: MachineInventory, wishes: HoldWishes = {}): readonly Warning[] {
  const excluded = excludedDisks(machine, wishes.excludeDisks);
  const disks = othersThan(excluded, machine).flatMap((disk) => {
    const gap = GAPS[disk.kind];
    if (gap === undefined) return [];
    return [{ code: gap.code, sentence: { key: gap.warning, facts: { disk: diskName(disk) } } }];
  });
  const unplaced = machine.unplacedDisks.map(({ path, why }) => ({
    code: "disk-not-covered",
    sentence: { key: "warnUnplaced", facts: { disk: path, why } } as const,
  }));
  const count = machine.fibreChannelPorts;
  const ports = {
    code: "fibre-channel-not-covered",
    sentence: { key: "warnFibreChannel", facts: { count } },
  };
  return [...disks, ...unplaced, ...(count === 0 ? [] : [ports as Warning])];
}

/** What a user left out on purpose stands in the ledger, and is no reason to warn. */
function excludedEntry({ disk, exclusion }: ExcludedDisk, language: Language): Uncovered {
  const bytes = disk.physicalDisk?.bytes;
  const why = say({ key: "excludedByUser", facts: { exclusion: exclusion.text } }, language);
  return { disk: diskName(disk), why, ...(bytes === undefined ? {} : { bytes }) };
}

function othersThan(excluded: readonly ExcludedDisk[], machine: MachineInventory): readonly AttachedDisk[] {
  return machine.disks.filter((disk) => !excluded.some((one) => one.disk === disk));
}

/** How its administrator knows the disk: its file, or the physical disk and where it is attached. */
function diskName(disk: AttachedDisk): string {
  if (disk.path !== undefined) return disk.path;
  const number = disk.physicalDisk?.number;
  return `${placeText(disk)}, physical disk ${number ?? "of unknown number"}`;
}
