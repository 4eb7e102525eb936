import { GssContext } from "./gssapi/gss-context.ts";
import type { SecurityContext, SecurityContextRequest } from "./security-context.ts";

/** Kerberos by the library that this system has for it. @throws {KerberosLibraryError} {KerberosError} */
export async function openSecurityContext(request: SecurityContextRequest): Promise<SecurityContext> {
  return await GssContext.open(request);
}
