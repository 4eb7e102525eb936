import { AddressError } from "./errors.ts";

/** A host that is reached over WS-Management, and who signs in there. */
export interface WinrmAddress {
  readonly kind: "winrm";
  readonly protocol: "http:" | "https:";
  /** `admin`, or `admin@corp.example`, which names its domain itself. */
  readonly user: string;
  /** NetBIOS or DNS name; empty for accounts of the host itself and for a user that names its domain. */
  readonly domain: string;
  /** Lower-case; an IPv6 address without its brackets. */
  readonly name: string;
  readonly port: number;
}

const USUAL_PORTS = { "http:": 5985, "https:": 5986 } as const;
const FORM = /^(winrms?):\/\/(?:(.*)@)?(\[[^\]]*\]|[^:/@[\]]*)(?::(\d{1,5}))?\/?$/s;
const WANTED = "wanted winrm://USER@NAME[:PORT], with a domain winrm://DOMAIN%5CUSER@NAME";

/**
 * `winrm://USER@NAME[:PORT]`, `winrms://…` for HTTPS. USER is `admin`, `CORP\admin` or `admin@corp.example`, each
 * character also as `%XX`; the last `@` ends it. @throws {AddressError}, which never shows what may be a password
 */
export function parseWinrmAddress(text: string): WinrmAddress {
  const [, scheme, account, name = "", portText] = FORM.exec(text) ?? [];
  if (scheme === undefined) throw new AddressError(`Cannot understand the host ${shown(text)}: ${WANTED}`);
  if (account === undefined || account === "") {
    throw new AddressError(`Cannot understand the host ${shown(text)}: it names no user, ${WANTED}`);
  }
  if (/:|%3a/i.test(account)) {
    throw new AddressError(
      `Cannot take the host ${shown(text)}: what stands before "@" looks like a password, which never belongs in an address`,
    );
  }
  const protocol = scheme === "winrms" ? "https:" : "http:";
  const port = portText === undefined ? USUAL_PORTS[protocol] : Number(portText);
  if (port < 1 || port > 65_535) {
    throw new AddressError(`Cannot understand the host ${shown(text)}: ${port} is no port`);
  }
  return { kind: "winrm", protocol, ...accountOf(account, text), name: nameOf(name, text), port };
}

/**
 * What the journal calls a host: its name in lower case. The usual ports of both protocols lead to the same host; any
 * other port may be forwarded to another one and stays.
 */
export function winrmHostKey({ name, port }: WinrmAddress): string {
  const isUsual = Object.values<number>(USUAL_PORTS).includes(port);
  return isUsual ? `winrm:${name}` : `winrm:${name}:${port}`;
}

function accountOf(account: string, text: string): Pick<WinrmAddress, "user" | "domain"> {
  const decoded = percentDecoded(account);
  const parts = decoded?.split("\\") ?? [];
  const [user = "", domain = ""] = parts.length === 1 ? [parts[0]] : [parts[1], parts[0]];
  const isBroken = decoded === undefined || parts.length > 2 || user === "" || hasControlCharacter(decoded);
  if (isBroken) throw new AddressError(`Cannot understand the user of the host ${shown(text)}: ${WANTED}`);
  return { user, domain: domain === "." ? "" : domain };
}

function nameOf(name: string, text: string): string {
  const inner = name.startsWith("[") ? name.slice(1, -1) : undefined;
  const isRight = inner === undefined ? /^[\p{L}\p{N}_][\p{L}\p{N}._-]*$/u.test(name) : isIpv6(inner);
  if (!isRight) throw new AddressError(`Cannot understand the name in the host ${shown(text)}: ${WANTED}`);
  return (inner ?? name).toLowerCase().replace(/\.$/, "");
}

function isIpv6(text: string): boolean {
  return text.includes(":") && URL.canParse(`http://[${text}]/`);
}

function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function hasControlCharacter(text: string): boolean {
  return Array.from(text).some((character) => character < " ");
}

/** The address without the part that people might have put a password into. */
function shown(text: string): string {
  const [, scheme = "winrm", place = ""] = /^(winrms?):\/\/(?:.*@)?(.*)$/s.exec(text) ?? [];
  if (text.includes("@")) return `"${scheme}://…@${place}"`;
  // a user and a password whose host was forgotten look like a host and its port
  return `"${text.replace(/^(winrms?:\/\/[^:[\]]*:)(?!\d{1,5}\/?$).+$/is, "$1…")}"`;
}
