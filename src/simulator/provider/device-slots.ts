import { derivedGuid } from "../state/derived-guid.ts";
import type { SettingsEntry } from "../state/lineage.ts";

/** The emulated IDE controller's own instance: formats-facts 3.1, hyperv-facts 1.5. */
const IDE = "83F8638B-8DCA-4152-9EDA-2CA8B33039B4";

/** A controller of a machine, by the words of `host.json`. */
export interface ControllerSlot {
  readonly controller: "ide" | "scsi";
  readonly number: number;
}

/** The controllers that the machine has: two for IDE in generation 1, and its SCSI controllers. */
export function controllersOf(entry: SettingsEntry): readonly ControllerSlot[] {
  const { machine } = entry;
  const ide: ControllerSlot[] =
    machine.generation === 1
      ? [
          { controller: "ide", number: 0 },
          { controller: "ide", number: 1 },
        ]
      : [];
  const scsi = Array.from({ length: machine.scsiControllers }, (_, number) => ({
    controller: "scsi" as const,
    number,
  }));
  return [...ide, ...scsi];
}

/** `Microsoft:<settings id>\<controller id>\<number>`. */
export function controllerId(entry: SettingsEntry, slot: ControllerSlot): string {
  return slot.controller === "ide"
    ? `Microsoft:${entry.id}\\${IDE}\\${slot.number}`
    : `Microsoft:${entry.id}\\${derivedGuid(entry.machine.id, `scsi${slot.number}`)}\\0`;
}

/** `Microsoft:<settings id>\<controller id>\<number>\<location>\D` is the drive, `…\L` what is in it: hyperv-facts 1.5. */
export function driveId(entry: SettingsEntry, slot: ControllerSlot & { readonly location: number }): string {
  return `${controllerId(entry, slot)}\\${slot.location}\\D`;
}

export function allocationId(
  entry: SettingsEntry,
  slot: ControllerSlot & { readonly location: number },
): string {
  return `${controllerId(entry, slot)}\\${slot.location}\\L`;
}
