import { hexFromBytes } from "../../base/index.ts";
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

/** An id that stays the same for as long as machine and name do (FNV-1a, four times; not secret). */
export function derivedGuid(machine: string, name: string): string {
  const bytes = new Uint8Array(16);
  for (let part = 0; part < 4; part++) {
    let hash = 0x811c9dc5;
    for (const character of `${part}${machine}${name}`) {
      hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
    }
    new DataView(bytes.buffer).setUint32(4 * part, hash);
  }
  const hex = hexFromBytes(bytes).toUpperCase();
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}
