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

/** Statuses of SSPI that somebody can act on (winerror.h). */
const FAILURES = new Map([
  [0x8009_0303, [KerberosServiceError, "SEC_E_TARGET_UNKNOWN", "the domain does not know this service"]],
  [
    0x8009_030c,
    [KerberosPasswordError, "SEC_E_LOGON_DENIED", "the domain does not take this name and password"],
  ],
  [0x8009_030d, [KerberosTicketError, "SEC_E_UNKNOWN_CREDENTIALS", "there is no ticket to show"]],
  [0x8009_030e, [KerberosTicketError, "SEC_E_NO_CREDENTIALS", "there is no ticket to show"]],
  [0x8009_0311, [KerberosRealmError, "SEC_E_NO_AUTHENTICATING_AUTHORITY", "no domain controller answers"]],
  [
    0x8009_0322,
    [KerberosServiceError, "SEC_E_WRONG_PRINCIPAL", "the host is not the one that the domain knows"],
  ],
  [0x8009_0324, [KerberosClockError, "SEC_E_TIME_SKEW", "the clocks are too far apart"]],
] as const);

/** The error that somebody can act on, from what SSPI said. */
export function sspiError(
  status: number,
  facts: Pick<KerberosFacts, "principal" | "service">,
): KerberosError {
  const [Class, name, state] = FAILURES.get((status >>> 0) as 0x8009_0303) ?? [];
  const number = `0x${(status >>> 0).toString(16)}`;
  const systemText = name === undefined ? `SSPI said ${number}` : `${name}, ${number}`;
  const whole = { ...facts, major: status >>> 0, systemText };
  const who = facts.principal === undefined ? "" : ` as "${facts.principal}"`;
  const what = `Cannot sign in to "${facts.service}"${who} with Kerberos`;
  if (Class === undefined) return new KerberosHandshakeError(`${what}: ${systemText}`, whole);
  return new Class(`${what}: ${state} (${systemText})`, whole);
}
