import type { KerberosAccount } from "./security-context.ts";

/**
 * An account as `user@REALM`; undefined for nobody in particular. A realm is written in capitals, as a domain's always is,
 * however people write the domain.
 */
export function principalOf(account: KerberosAccount | undefined): string | undefined {
  if (account === undefined || account.user === "") return undefined;
  const [user = "", realm = account.domain] = account.user.split("@");
  return realm === "" ? user : `${user}@${realm.toUpperCase()}`;
}
