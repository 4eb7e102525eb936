import { AddressError } from "./errors.ts";
import { parseWinrmAddress, type WinrmAddress } from "./winrm-address.ts";

/** Where a host is, as the user wrote it. */
export type HostAddress =
  | { readonly kind: "sim"; readonly folder: string }
  | { readonly kind: "folder"; readonly folder: string }
  | { readonly kind: "local" }
  | WinrmAddress;

/** @throws {AddressError} */
export function parseHostAddress(text: string): HostAddress {
  const prefixed = /^(sim|folder):(.+)$/s.exec(text);
  if (prefixed !== null) return { kind: prefixed[1] as "sim" | "folder", folder: prefixed[2] as string };
  if (text === "local") return { kind: "local" };
  if (/^winrms?:\/\//.test(text)) return parseWinrmAddress(text);
  throw new AddressError(
    `Cannot understand the host "${text}": wanted local, winrm://USER@NAME, winrms://USER@NAME, sim:DIR or folder:DIR`,
  );
}
