import type { Secret } from "../../base/index.ts";
import type { ListenAddress } from "../../simulator/index.ts";
import { readSecretFile } from "../config/index.ts";
import { AddressError, UsageError } from "../errors.ts";
import type { UseCaseContext } from "./context.ts";

export interface SimulateRequest {
  readonly folder: string;
  readonly listen?: string | undefined;
  readonly listenHttps?: string | undefined;
  readonly certificateFile?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly user: string;
  readonly passwordFile: string;
}

/** A port on which the simulated host answers. */
export interface Listening {
  readonly protocol: "http" | "https";
  readonly address: string;
  readonly port: number;
}

/** What a simulated host heard while it was on the network. */
export interface SimulateOutcome {
  /** HTTP requests, handshakes included. */
  readonly requests: number;
  /** Faults of the simulator itself, one sentence each. */
  readonly failures: readonly string[];
}

const USUAL_ADDRESS = "127.0.0.1:5985";

/** Lets a simulated host answer on the network until the context's signal fires. */
export async function runSimulate(
  request: SimulateRequest,
  context: UseCaseContext,
  onListening: (listening: Listening) => void,
): Promise<SimulateOutcome> {
  const addresses = addressesOf(request);
  const password: Secret = await readSecretFile(request.passwordFile);
  const { clock, entropy } = context.world;
  const { openSimulatedHost, serveSimulatedHost } = await import("../../simulator/index.ts");
  const failures: string[] = [];
  await using host = await openSimulatedHost(request.folder, { clock, entropy });
  await using served = await serveSimulatedHost(host, {
    ...addresses,
    account: { user: request.user, password },
    clock,
    entropy,
    onFailure: (error) => failures.push(error instanceof Error ? error.message : String(error)),
  });
  for (const protocol of ["http", "https"] as const) {
    const listener = served[protocol];
    if (listener === undefined) continue;
    const { host: address, port } = listener.address;
    onListening({ protocol, address, port });
  }
  await untilAborted(context.signal);
  return { requests: (served.http?.requests ?? 0) + (served.https?.requests ?? 0), failures };
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const ended = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => ended.resolve(), { once: true });
  await ended.promise;
}

function addressesOf({ listen, listenHttps, certificateFile, keyFile }: SimulateRequest): {
  readonly http?: ListenAddress | undefined;
  readonly https?:
    | (ListenAddress & { readonly certificateFile: string; readonly keyFile: string })
    | undefined;
} {
  const http = listen ?? (listenHttps === undefined ? USUAL_ADDRESS : undefined);
  if (listenHttps === undefined) return { http: http === undefined ? undefined : parseListenAddress(http) };
  if (certificateFile === undefined || keyFile === undefined)
    throw new UsageError(`Cannot listen on "${listenHttps}": HTTPS wants --certificate and --key`);
  return {
    http: http === undefined ? undefined : parseListenAddress(http),
    https: { ...parseListenAddress(listenHttps), certificateFile, keyFile },
  };
}

/** `127.0.0.1:5985`, `[::1]:5985`, `localhost:0`. @throws {AddressError} */
export function parseListenAddress(text: string): ListenAddress {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:\s]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || !(port <= 65_535))
    throw new AddressError(`Cannot listen on "${text}": wanted ADDRESS:PORT`);
  return { host, port };
}
