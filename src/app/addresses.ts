import { AddressError, AddressNotSupportedError } from "./errors.ts";

/** Where a host is, as the user wrote it. */
export type HostAddress =
  | { readonly kind: "sim"; readonly folder: string }
  | { readonly kind: "folder"; readonly folder: string };

/** Where a vault is, as the user wrote it. */
export interface VaultAddress {
  readonly kind: "local";
  readonly folder: string;
}

/** @throws {AddressError} or {AddressNotSupportedError} */
export function parseHostAddress(text: string): HostAddress {
  const prefixed = /^(sim|folder):(.+)$/s.exec(text);
  if (prefixed !== null) return { kind: prefixed[1] as "sim" | "folder", folder: prefixed[2] as string };
  if (text === "local" || /^winrms?:\/\//.test(text)) {
    throw new AddressNotSupportedError(
      `Cannot reach the host "${text}": this version knows sim:DIR and folder:DIR`,
    );
  }
  throw new AddressError(`Cannot understand the host "${text}": wanted sim:DIR or folder:DIR`);
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
