import { type S3Place, type SftpPlace, s3Location, sftpLocation } from "../storage/index.ts";
import { AddressError, AddressNotSupportedError } from "./errors.ts";

/** Where a vault is, as the user wrote it. */
export type VaultAddress =
  | { readonly kind: "local"; readonly folder: string }
  | { readonly kind: "s3"; readonly place: S3Place }
  | { readonly kind: "sftp"; readonly place: SftpPlace };

const S3_FORM = "s3://ENDPOINT/BUCKET/PREFIX";
const SFTP_FORM = "sftp://USER@HOST[:PORT]/PATH?host-key=SHA256:…";
/** With it every object's key stays below what the API takes: 1,024 bytes. */
const LONGEST_PREFIX = 512;
const LOOPBACK = /^(127(\.\d+){3}|localhost|\[::1\])(:\d+)?$/;

/** @throws {AddressError} or {AddressNotSupportedError} */
export function parseVaultAddress(text: string): VaultAddress {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === "s3" || scheme === "s3+http") return { kind: "s3", place: parseS3Address(text) };
  if (scheme === "sftp") return { kind: "sftp", place: parseSftpAddress(text) };
  if (scheme !== undefined) {
    throw new AddressNotSupportedError(
      `Cannot open the vault "${withoutUser(text)}": this version stores vaults in folders, in S3 buckets and over SFTP`,
    );
  }
  if (text === "")
    throw new AddressError(`Cannot understand the vault "": wanted a path, ${S3_FORM} or ${SFTP_FORM}`);
  return { kind: "local", folder: text };
}

/** How people name the place. */
export function vaultLocation(address: VaultAddress): string {
  if (address.kind === "local") return address.folder;
  return address.kind === "s3" ? s3Location(address.place) : sftpLocation(address.place);
}

function parseSftpAddress(text: string): SftpPlace {
  const parts =
    /^sftp:\/\/([^@/]*)@(\[[0-9a-f:]+\]|[a-z0-9][a-z0-9.-]*)(?::(\d{1,5}))?(\/[^?#]*)(?:\?([^#]*))?$/i.exec(
      text,
    );
  const [, user = "", host = "", port = "22", path = "", query = ""] = parts ?? [];
  const refuse = (state: string): AddressError =>
    new AddressError(`Cannot understand the vault "${withoutUser(text)}": ${state}`);
  if (parts === null || !/^[^:%\s]+$/.test(user)) {
    throw refuse(`wanted ${SFTP_FORM}; a password does not belong into an address`);
  }
  const clean = path.replace(/\/$/, "");
  if (!/^(\/[^/]+)+$/.test(clean) || /\/\.{1,2}(\/|$)/.test(clean)) throw refuse(`"${path}" is no folder`);
  const hostKey = /^host-key=(SHA256:[A-Za-z0-9+/]{43})$/.exec(query)?.[1];
  if (hostKey === undefined) {
    throw refuse(
      "the server's host key is wanted, ?host-key=SHA256:… as ssh-keygen -l prints it on the server for its key file",
    );
  }
  return { user, host: host.replace(/^\[|\]$/g, ""), port: Number(port), path: clean, hostKey };
}

function parseS3Address(text: string): S3Place {
  const parts = /^s3(\+http)?:\/\/([^/?#]*)\/?([^/?#]*)\/?([^?#]*)(?:\?([^#]*))?$/i.exec(text);
  const [, plain, endpoint = "", bucket = "", path = "", query] = parts ?? [];
  const refuse = (state: string): AddressError =>
    new AddressError(`Cannot understand the vault "${withoutUser(text)}": ${state}`);
  if (endpoint.includes("@")) {
    throw refuse(
      "keys do not belong into an address, wanted STILLPOINT_S3_ACCESS_KEY and STILLPOINT_S3_SECRET",
    );
  }
  if (!/^([a-z0-9][a-z0-9.-]*|\[[0-9a-f:]+\])(:\d{1,5})?$/i.test(endpoint)) throw refuse(`wanted ${S3_FORM}`);
  if (!/^[a-z0-9][\w.-]{1,62}$/i.test(bucket)) throw refuse(`it names no bucket, wanted ${S3_FORM}`);
  if (plain !== undefined && !LOOPBACK.test(endpoint)) {
    throw refuse("s3+http is for a store on this machine, wanted s3://");
  }
  const prefix = path.replace(/\/$/, "");
  if (prefix.length > LONGEST_PREFIX || !/^([\w!@=+-][\w.!@=+-]*(\/[\w!@=+-][\w.!@=+-]*)*)?$/.test(prefix)) {
    throw refuse(`"${prefix}" cannot be a prefix, wanted letters, digits and -_.!@=+ between slashes`);
  }
  const region = regionOf(query, refuse);
  return {
    endpoint,
    bucket,
    prefix,
    ...(plain !== undefined && { plain: true as const }),
    ...(region !== undefined && { region }),
  };
}

function regionOf(query: string | undefined, refuse: (state: string) => AddressError): string | undefined {
  if (query === undefined) return undefined;
  const region = /^region=([a-z0-9-]{1,64})$/i.exec(query)?.[1];
  if (region === undefined) throw refuse(`"?${query}" is not known, wanted ?region=NAME`);
  return region;
}

/** What stands before an @ may be a key. */
function withoutUser(text: string): string {
  return text.replace(/:\/\/[^/]*@/, "://…@");
}
