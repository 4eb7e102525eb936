import type { KerberosAccount } from "../security-context.ts";
import type { SspiIdentity } from "./sspi-functions.ts";

/** SEC_WINNT_AUTH_IDENTITY_VERSION and SEC_WINNT_AUTH_IDENTITY_UNICODE. */
const VERSION = 0x200;
const UNICODE = 2;
/** Keeps Negotiate from falling back to NTLM. */
const PACKAGES = "!ntlm";

/** Who signs in. Without a password it is whoever runs this program: Windows shows no other user's ticket. */
export function identityOf(account: KerberosAccount | undefined, sizeBytes: number): SspiIdentity {
  const head = { version: VERSION, sizeBytes };
  const tail = { flags: UNICODE, packages: PACKAGES, packagesLength: PACKAGES.length };
  if (account?.password === undefined) {
    const nobody = { user: null, userLength: 0, domain: null, domainLength: 0 };
    return { ...head, ...nobody, password: null, passwordLength: 0, ...tail };
  }
  const { user, domain } = account;
  const password = account.password.reveal();
  return {
    ...head,
    user,
    userLength: user.length,
    domain,
    domainLength: domain.length,
    password,
    passwordLength: password.length,
    ...tail,
  };
}
