import { environment, type HostRequest, parseHostAddress, UsageError } from "../../app/index.ts";
import type { Secret } from "../../base/index.ts";
import { type CommandInput, type CommandSurface, requiredOption, textOption } from "../command.ts";

/** The host that the command names, with its password where it needs one. @throws {AddressError} {UsageError} */
export async function hostRequest(input: CommandInput, surface: CommandSurface): Promise<HostRequest> {
  const hostAuth = textOption(input, "hostAuth") as HostRequest["hostAuth"]; // one of its choices
  const host = requiredOption(input, "host");
  return {
    host,
    hostPassword: await hostPassword(input, { host, hostAuth, surface }),
    hostAuth,
    hostCertificate: textOption(input, "hostCertificate"),
    pathMap: textOption(input, "pathMap"),
  };
}

async function hostPassword(
  input: CommandInput,
  asking: Pick<HostRequest, "host" | "hostAuth"> & { readonly surface: CommandSurface },
): Promise<Secret | undefined> {
  const { host, hostAuth, surface } = asking;
  const file = textOption(input, "hostPasswordFile");
  if (parseHostAddress(host).kind !== "winrm") {
    if (file === undefined) return undefined;
    throw new UsageError(`Cannot use --host-password-file with the host "${host}": nobody signs in there`);
  }
  // Kerberos may have a ticket already, and then nobody is asked
  const isThere = file !== undefined || environment("STILLPOINT_HOST_PASSWORD") !== undefined;
  if (hostAuth === "kerberos" && !isThere) return undefined;
  return await surface.secret({
    file,
    variable: "STILLPOINT_HOST_PASSWORD",
    prompt: `Password for ${host}`,
  });
}
