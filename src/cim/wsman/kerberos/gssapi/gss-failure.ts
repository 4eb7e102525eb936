import {
  KerberosClockError,
  type KerberosError,
  type KerberosFacts,
  KerberosHandshakeError,
  KerberosPasswordError,
  KerberosRealmError,
  KerberosServiceError,
  KerberosTicketError,
} from "../errors.ts";
import type { GssStatus } from "./gss-status.ts";

type Kind = "ticket" | "password" | "clock" | "service" | "realm";

/** Where com_err's table `krb5` begins; statuses are this plus their place in the table (MIT krb5_err.et). */
const KRB5_TABLE = -1_765_328_384;
const KRB5_KINDS: Readonly<Record<number, Kind>> = {
  6: "password", // KDC_ERR_C_PRINCIPAL_UNKNOWN; a realm says so of a wrong name
  7: "service", // KDC_ERR_S_PRINCIPAL_UNKNOWN
  18: "password", // KDC_ERR_CLIENT_REVOKED
  23: "password", // KDC_ERR_KEY_EXP: the password must be changed
  24: "password", // KDC_ERR_PREAUTH_FAILED
  31: "password", // KRB_AP_ERR_BAD_INTEGRITY
  32: "ticket", // KRB_AP_ERR_TKT_EXPIRED
  33: "clock", // KRB_AP_ERR_TKT_NYV: a ticket of the future
  37: "clock", // KRB_AP_ERR_SKEW
  141: "ticket", // KRB5_CC_NOTFOUND
  154: "realm", // KRB5_REALM_UNKNOWN
  156: "realm", // KRB5_KDC_UNREACH
  157: "clock", // KRB5_KDCREP_SKEW
  195: "ticket", // KRB5_FCC_NOFILE
  210: "password", // KRB5_PREAUTH_FAILED
  220: "realm", // KRB5_REALM_CANT_RESOLVE
};
/** Where the table `k5g` begins (MIT gssapi_err_krb5.et). */
const K5G_TABLE = 39_756_032;
const K5G_KINDS: Readonly<Record<number, Kind>> = {
  7: "ticket", // KG_CCACHE_NOMATCH
  12: "ticket", // KG_EMPTY_CCACHE
};
/** RFC 2744 3.9.1, for when Kerberos says nothing that is known here. */
const NO_CREDENTIAL = 7;
const CREDENTIALS_EXPIRED = 11;

const CLASSES = {
  ticket: [KerberosTicketError, "there is no ticket to show, or it has expired"],
  password: [KerberosPasswordError, "the realm does not take this name and password"],
  clock: [KerberosClockError, "the clocks are too far apart"],
  service: [KerberosServiceError, "the realm does not know this service"],
  realm: [KerberosRealmError, "the realm is unknown, or nobody answers for it"],
} as const;

/** The error that somebody can act on, from what GSSAPI said. */
export function gssError(status: GssStatus, facts: Omit<KerberosFacts, "major" | "minor">): KerberosError {
  const kind = kindOf(status);
  const whole = { ...facts, ...status };
  const who = facts.principal === undefined ? "" : ` as "${facts.principal}"`;
  const what = `Cannot sign in to "${facts.service}"${who} with Kerberos`;
  if (kind === undefined) return new KerberosHandshakeError(`${what}: ${facts.systemText}`, whole);
  const [Class, state] = CLASSES[kind];
  return new Class(`${what}: ${state} (${facts.systemText})`, whole);
}

function kindOf({ major, minor }: GssStatus): Kind | undefined {
  const known = KRB5_KINDS[(minor | 0) - KRB5_TABLE] ?? K5G_KINDS[(minor | 0) - K5G_TABLE];
  if (known !== undefined) return known;
  const routine = (major >>> 16) & 0xff;
  return routine === NO_CREDENTIAL || routine === CREDENTIALS_EXPIRED ? "ticket" : undefined;
}
