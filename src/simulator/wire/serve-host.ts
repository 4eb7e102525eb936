import { timingSafeEqual } from "node:crypto";
import type { Clock, Entropy, Secret } from "../../base/index.ts";
import { CimService, endPointBinding, ShellService, WsmanHostConnection } from "../../cim/wsman/index.ts";
import { hostSchemas } from "../provider/schema/host-schemas.ts";
import type { SimulatedHost } from "../simulated-host.ts";
import { Release, releaseOf } from "../state/host-version.ts";
import { type AccountRights, mayEnter, withRights } from "./account-rights.ts";
import { hostShell } from "./host-shell.ts";
import { type PemPair, readPemPair } from "./read-pem.ts";
import { type WireLimits, wireLimits } from "./wire-limits.ts";
import { type ListenAddress, WireListener } from "./wire-listener.ts";
import { WireOperations } from "./wire-operations.ts";

export interface ServeHostOptions {
  /** Who may sign in; names compare without case. */
  readonly account: { readonly user: string; readonly password: Secret };
  /** Sealed by NTLM, as AllowUnencrypted=false wants it. */
  readonly http?: ListenAddress | undefined;
  /** With a certificate in PEM; there Basic is taken as well. */
  readonly https?:
    | (ListenAddress & { readonly certificateFile: string; readonly keyFile: string })
    | undefined;
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** Laid over those of the host's release. */
  readonly limits?: Partial<WireLimits> | undefined;
  /** Whether the host describes its classes. @default as its release does, from 2012 on (wsman-class-description) */
  readonly describes?: "classes" | "nothing" | undefined;
  /** What the account may do. @default everything (account-least, account-winrm-group) */
  readonly rights?: AccountRights | undefined;
  /** What no client can be told. */
  readonly onFailure: (error: unknown) => void;
}

/** The simulated host on the network, until it is disposed of. The host stays its owner's. */
export interface ServedHost extends AsyncDisposable {
  readonly http: WireListener | undefined;
  readonly https: WireListener | undefined;
}

/** Answers WS-Management and WinRS for a simulated host. @throws {SimulatedListenError} */
export async function serveSimulatedHost(
  host: SimulatedHost,
  options: ServeHostOptions,
): Promise<ServedHost> {
  const { clock, entropy, http, https, onFailure } = options;
  const { os, name } = await host.state();
  const release = releaseOf({ os });
  const limits = { ...wireLimits(release), ...options.limits };
  const shells = new ShellService({
    run: hostShell(host.commands()),
    clock,
    entropy,
    maxShells: limits.shells,
    maxCommands: limits.commandsPerShell,
  });
  await using opening = new AsyncDisposableStack();
  const service = new CimService({
    session: withRights(opening.use(host.session()), options.rights),
    schemas: hostSchemas(release),
    describes: options.describes ?? (release < Release.server2012 ? "nothing" : "classes"),
    entropy,
    maxEnvelopeBytes: limits.envelopeBytes,
    maxBatchItems: limits.batchItems,
    maxListings: limits.operations,
    other: async (request) => await shells.answer(request),
  });
  const isLetIn = mayEnter(options.rights);
  const takeFault = async (operation: string) =>
    isLetIn ? await host.takeWireFault(operation) : ("access-denied" as const);
  const answer = { service, operations: new WireOperations({ limits, clock, takeFault }) };
  const ntlm = { ...ntlmAccount(options.account), computerName: name, clock, entropy };
  const open = async (
    address: ListenAddress | undefined,
    secured?: PemPair,
  ): Promise<WireListener | undefined> => {
    if (address === undefined) return undefined;
    const channelBinding = secured === undefined ? undefined : endPointBinding(secured.bytes);
    const basic = secured === undefined ? undefined : basicAccount(options.account);
    const connection = (): WsmanHostConnection =>
      new WsmanHostConnection({ ntlm: { ...ntlm, channelBinding }, isTls: secured !== undefined, basic });
    return opening.use(
      await WireListener.open({ address, tls: secured, limits, connection, answer, onFailure }),
    );
  };
  const served = { http: await open(http), https: await open(https, https && (await readPemPair(https))) };
  const stack = opening.move();
  return { ...served, [Symbol.asyncDispose]: async () => await stack.disposeAsync() };
}

function ntlmAccount({ user, password }: ServeHostOptions["account"]): {
  readonly passwordOf: (name: string) => Secret | undefined;
} {
  return { passwordOf: (name) => (isSameName(name, user) ? password : undefined) };
}

function basicAccount({ user, password }: ServeHostOptions["account"]) {
  return (name: string, said: string): boolean =>
    isSameName(name.slice(name.indexOf("\\") + 1), user) && isSame(said, password.reveal());
}

function isSameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
