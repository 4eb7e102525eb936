import type { Clock, Entropy, Secret } from "../../base/index.ts";
import type { CimSession } from "../../cim/index.ts";
import { declaredSchemas, HttpTransport, WinrsCommands, WsmanSession } from "../../cim/wsman/index.ts";
import { CLASSIC_CLASSES, MODERN_CLASSES } from "../../hyperv/index.ts";
import type { HostCommands, HostFiles } from "../../places/index.ts";
import { readHostTrust } from "../config/index.ts";
import { SecretMissingError, UsageError } from "../errors.ts";
import type { HostAuthentication, HostRequest } from "../host-request.ts";
import type { WinrmAddress } from "../winrm-address.ts";
import { remoteFiles } from "./remote-files.ts";
import { WinrsHostCommands } from "./winrs-host-commands.ts";

/** For hosts that do not describe their classes. */
const SCHEMAS = declaredSchemas([...CLASSIC_CLASSES, ...MODERN_CLASSES]);

/** The ports to a host over the network; the owner closes what is in `resources`. */
export interface RemoteHost {
  readonly session: CimSession;
  readonly files: HostFiles;
  readonly commands: HostCommands;
  /** As whose shares shadow copies are read. */
  readonly shadowServer: string | undefined;
}

/**
 * Composes the ports to a host over WS-Management. Nothing is sent yet; programs have a connection of their own, which is
 * signed in when the first one is run. What must be closed goes to `resources`.
 * @throws {PathMapError} {HostCertificateUnusableError} {SecretMissingError} {UsageError}
 */
export async function openRemoteHost(
  address: WinrmAddress,
  request: HostRequest,
  context: {
    readonly world: { readonly clock: Clock; readonly entropy: Entropy };
    readonly resources: AsyncDisposableStack;
  },
): Promise<RemoteHost> {
  const { clock, entropy } = context.world;
  const authentication = authenticationOf(address, request);
  if (request.hostCertificate !== undefined && address.protocol === "http:") {
    throw new UsageError(`Cannot check a certificate of "${request.host}": only winrms:// has one`);
  }
  const trust = await readHostTrust(request.hostCertificate);
  const { files, shadowServer } = await remoteFiles(address.name, { pathMap: request.pathMap });
  const account = { user: address.user, domain: address.domain, password: passwordOf(request) };
  const transport = (): HttpTransport =>
    HttpTransport.open({
      protocol: address.protocol,
      host: address.name,
      port: address.port,
      ...trust,
      account,
      authentication,
      clock,
      entropy,
    });
  const session = context.resources.use(
    WsmanSession.open({ transport: transport(), entropy, schemas: SCHEMAS }),
  );
  const shells = context.resources.use(new WinrsCommands({ transport: transport(), entropy, clock }));
  return { session, files, commands: new WinrsHostCommands(shells), shadowServer };
}

function authenticationOf(address: WinrmAddress, request: HostRequest): HostAuthentication {
  const { host, hostAuth = "ntlm" } = request;
  if (hostAuth === "basic" && address.protocol === "http:") {
    throw new UsageError(
      `Cannot sign in to "${host}" with Basic: it sends the password itself, wanted winrms://`,
    );
  }
  return hostAuth;
}

/** With Kerberos the user may have a ticket already. */
function passwordOf({ host, hostAuth, hostPassword }: HostRequest): Secret | undefined {
  if (hostPassword !== undefined || hostAuth === "kerberos") return hostPassword;
  throw new SecretMissingError(`Cannot sign in to "${host}": no password was given`);
}
