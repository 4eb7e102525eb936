import { AddressError, AddressNotSupportedError } from "./errors.ts";
import { parseWinrmAddress, type WinrmAddress } from "./winrm-address.ts";

/** Where a host is, as the user wrote it. */
export type HostAddress =
  | { readonly kind: "sim"; readonly folder: string }
  | { readonly kind: "folder"; readonly folder: string }
  | { readonly kind: "local" }
  | WinrmAddress;

/** Where a vault is, as the user wrote it. */
export interface VaultAddress {
  readonly kind: "local";
  readonly folder: string;
}

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

/** @throws {AddressError} or {AddressNotSupportedError} */
export function parseVaultAddress(text: string): VaultAddress {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(text)?.[1];
  if (scheme !== undefined) {
    throw new AddressNotSupportedError(
      `Cannot open the vault "${text}": this version stores vaults in folders only`,
    );
  }
  if (text === "") throw new AddressError('Cannot understand the vault "": wanted a path');
  return { kind: "local", folder: text };
}
