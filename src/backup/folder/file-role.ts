import type { FileRole } from "../../vault/index.ts";

/** What Windows calls these files; `.bin` and `.vsv` hold the memory and the devices of a saved state up to 2012 R2. */
const ROLES: Readonly<Record<string, FileRole>> = {
  vhdx: "disk",
  avhdx: "disk",
  vhd: "disk",
  avhd: "disk",
  vmcx: "configuration",
  xml: "configuration",
  exp: "configuration",
  vmrs: "runtime",
  vmgs: "guest-state",
  bin: "memory",
  vsv: "memory",
};

/** The role of a file in a machine's folder, by its name alone. */
export function fileRole(name: string): FileRole {
  return ROLES[/\.([^.]*)$/.exec(name.toLowerCase())?.[1] ?? ""] ?? "other";
}
