import { Release } from "../state/host-version.ts";

/** What WinRM of a release allows by default: hyperv-facts 9.2. */
export interface WireLimits {
  /** MaxEnvelopeSizekb, in bytes: neither a request nor an answer is longer. */
  readonly envelopeBytes: number;
  /** MaxTimeoutms: no operation takes longer, whatever its client allows. */
  readonly timeoutMs: number;
  /** MaxBatchItems: instances in one portion of a query. */
  readonly batchItems: number;
  readonly shells: number;
  readonly commandsPerShell: number;
  /** MaxConcurrentOperationsPerUser. */
  readonly operations: number;
  readonly connections: number;
}

const OLD: WireLimits = {
  envelopeBytes: 150 * 1024,
  timeoutMs: 60_000,
  batchItems: 20,
  shells: 5,
  commandsPerShell: 15,
  operations: 15,
  connections: 25,
};

const NEW: WireLimits = {
  envelopeBytes: 500 * 1024,
  timeoutMs: 60_000,
  batchItems: 32_000,
  shells: 30,
  commandsPerShell: 25,
  operations: 1500,
  connections: 300,
};

export function wireLimits(release: number): WireLimits {
  return release < Release.server2012 ? OLD : NEW;
}
