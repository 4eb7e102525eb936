import { GssContext } from "./gssapi/gss-context.ts";
import type { SecurityContext, SecurityContextRequest } from "./security-context.ts";
import { SspiContext } from "./sspi/sspi-context.ts";

/** Kerberos by the library that this system has for it. @throws {KerberosLibraryError} {KerberosError} */
export async function openSecurityContext(request: SecurityContextRequest): Promise<SecurityContext> {
  return process.platform === "win32" ? await SspiContext.open(request) : await GssContext.open(request);
}
