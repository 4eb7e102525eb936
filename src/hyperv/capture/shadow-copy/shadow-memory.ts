import type { HeldFile, HeldMachine } from "../../held-machine.ts";
import type { MachineInventory } from "../../inventory/machine-inventory.ts";

/** Whether the machine was saved at the instant of the shadow copy: before it, or by the writer for it. */
export type SavedState = "saved" | "saved-by-writer" | "none";

/** The held machine's files with their roles: a machine that runs has files for memory too, with nothing in them. */
export function withMemoryRoles(files: readonly HeldFile[], saved: SavedState): readonly HeldFile[] {
  if (saved !== "none") return files;
  return files.map((file) => (file.role === "memory" ? { ...file, role: "runtime" } : file));
}

/** Whether the memory of the held instant is in what was held, and why not (S9). */
export function decideShadowMemory(
  machine: MachineInventory,
  held: { readonly files: readonly HeldFile[]; readonly saved: SavedState },
): HeldMachine["memory"] {
  if (held.saved !== "none") {
    if (held.files.some(({ role }) => role === "memory")) return { kept: true };
    return { kept: false, reason: "the machine is saved, but its saved state is not in the shadow copy" };
  }
  if (machine.power === "off") return { kept: false, reason: "the machine is off and has no memory" };
  if (machine.power === "paused") {
    return { kept: false, reason: "the memory of a paused machine is not kept" };
  }
  const others = machine.checkpoints.filter((checkpoint) => checkpoint.memory).map(({ name }) => `"${name}"`);
  const also = others.length === 0 ? "" : `; the memory of ${others.join(", ")} is kept with that checkpoint`;
  return { kept: false, reason: `a shadow copy of a running machine holds no memory${also}` };
}
