import {
  type AzurePlace,
  azureLocation,
  type RclonePlace,
  rcloneLocation,
  type S3Place,
  type SftpPlace,
  s3Location,
  sftpLocation,
} from "../storage/index.ts";
import { AddressError, AddressNotSupportedError } from "./errors.ts";

/** Where a vault is, as the user wrote it. */
export type VaultAddress =
  | { readonly kind: "local"; readonly folder: string }
  | { readonly kind: "s3"; readonly place: S3Place }
  | { readonly kind: "sftp"; readonly place: SftpPlace }
  | { readonly kind: "azure"; readonly place: AzurePlace }
  | { readonly kind: "rclone"; readonly place: RclonePlace };

const S3_FORM = "s3://ENDPOINT/BUCKET/PREFIX";
const AZURE_FORM = "azure://ACCOUNT/CONTAINER/PREFIX";
const RCLONE_FORM = "rclone:REMOTE:PATH";
const SFTP_FORM = "sftp://USER@HOST[:PORT]/PATH?host-key=SHA256:…";
/** With it every object's key stays below what the API takes: 1,024 bytes. */
const LONGEST_PREFIX = 512;
const LOOPBACK = /^(127(\.\d+){3}|localhost|\[::1\])(:\d+)?$/;

/** @throws {AddressError} or {AddressNotSupportedError} */
export function parseVaultAddress(text: string): VaultAddress {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === "s3" || scheme === "s3+http") return { kind: "s3", place: parseS3Address(text) };
  if (scheme === "azure" || scheme === "azure+http") return { kind: "azure", place: parseAzureAddress(text) };
  if (/^rclone:/i.test(text)) return { kind: "rclone", place: parseRcloneAddress(text) };
  if (scheme === "sftp") return { kind: "sftp", place: parseSftpAddress(text) };
  if (scheme !== undefined) {
    throw new AddressNotSupportedError(
      `Cannot open the vault "${withoutUser(text)}": wanted a path, ${S3_FORM}, ${AZURE_FORM}, ${SFTP_FORM} or ${RCLONE_FORM}`,
    );
  }
  if (text === "")
    throw new AddressError(
      `Cannot understand the vault "": wanted a path, ${S3_FORM}, ${AZURE_FORM}, ${SFTP_FORM} or ${RCLONE_FORM}`,
    );
  return { kind: "local", folder: text };
}

/** How people name the place. */
export function vaultLocation(address: VaultAddress): string {
  if (address.kind === "local") return address.folder;
  if (address.kind === "s3") return s3Location(address.place);
  if (address.kind === "sftp") return sftpLocation(address.place);
  return address.kind === "azure" ? azureLocation(address.place) : rcloneLocation(address.place);
}

function parseAzureAddress(text: string): AzurePlace {
  const [, plain, rest = ""] = /^azure(\+http)?:\/\/(.*)$/i.exec(text) ?? [];
  const refuse = (state: string): AddressError =>
    new AddressError(`Cannot understand the vault "${withoutUser(withoutQuery(text))}": ${state}`);
  if (/[?#@]/.test(rest)) {
    throw refuse("keys do not belong into an address, wanted STILLPOINT_AZURE_KEY or STILLPOINT_AZURE_SAS");
  }
  const words = rest.replace(/\/$/, "").split("/");
  const emulator = plain === undefined ? undefined : (words.shift() ?? "");
  if (emulator !== undefined && !LOOPBACK.test(emulator)) {
    throw refuse("azure+http is for an emulator on this machine, wanted azure://");
  }
  const [account = "", container = "", ...more] = words;
  if (!/^[a-z0-9]{3,24}(\.[a-z0-9-]+)*$/.test(account)) {
    throw refuse(`"${account}" is no account, wanted ${AZURE_FORM}`);
  }
  if (!/^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/.test(container)) {
    throw refuse(`"${container}" is no container, wanted ${AZURE_FORM}`);
  }
  const prefix = objectPrefix(more.join("/"), refuse);
  return { account, container, prefix, ...(emulator !== undefined && { emulator }) };
}

/** Remotes are those of rclone's configuration: what could be said of one here instead may be a secret. */
function parseRcloneAddress(text: string): RclonePlace {
  const parts = /^rclone:([\w.+@ -]+):([^\p{Cc}]*)$/isu.exec(text);
  const [, remote = "", path = ""] = parts ?? [];
  const refuse = (state: string): AddressError =>
    new AddressError(`Cannot understand the vault "rclone:…": ${state}`);
  if (parts === null || /^[- ]| $/.test(remote)) {
    throw refuse(
      `wanted ${RCLONE_FORM}, with the name of a remote of rclone's configuration (rclone listremotes)`,
    );
  }
  if (path.split(/[\\/]/).includes("..")) throw refuse(`"${path}" leads elsewhere`);
  return { remote, path: path.replace(/(?<=[^/])\/+$/, "") };
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
  const prefix = objectPrefix(path.replace(/\/$/, ""), refuse);
  const region = regionOf(query, refuse);
  return {
    endpoint,
    bucket,
    prefix,
    ...(plain !== undefined && { plain: true as const }),
    ...(region !== undefined && { region }),
  };
}

function objectPrefix(prefix: string, refuse: (state: string) => AddressError): string {
  if (prefix.length > LONGEST_PREFIX || !/^([\w!@=+-][\w.!@=+-]*(\/[\w!@=+-][\w.!@=+-]*)*)?$/.test(prefix)) {
    throw refuse(`"${prefix}" cannot be a prefix, wanted letters, digits and -_.!@=+ between slashes`);
  }
  return prefix;
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

/** A token is written as a query. */
function withoutQuery(text: string): string {
  return text.replace(/[?#].*$/s, "?…");
}
