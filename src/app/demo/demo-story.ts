import type { HostMachine } from "../../hyperv/index.ts";
import type { RestorePoint } from "../../vault/index.ts";

/** How a surface tells the demonstration's story. */
export interface DemoTeller {
  chapter(title: string): void;
  sentence(text: string): void;
  forecast(machine: HostMachine): void;
  /** Something that was just measured and found to be so. */
  proof(text: string): void;
  /** Bytes for people. */
  amount(bytes: number): string;
}

export interface DemoOptions {
  /** Leaves the folder, and says where it is. */
  readonly keep?: true | undefined;
  /** How much of the usual content the machines have, from 0.1 to 1. */
  readonly scale?: number | undefined;
  readonly tell: DemoTeller;
}

/** What one machine's backup took. */
export interface DemoPoint {
  readonly id: RestorePoint["id"];
  readonly machine: string;
  readonly consistency: string;
  readonly bytesRead: number;
  readonly bytesNew: number;
  readonly bytesStored: number;
}

export interface DemoBackup {
  /** Without the demonstration's own observing and writing. */
  readonly seconds: number;
  readonly points: readonly DemoPoint[];
}

export interface DemoRestore {
  readonly machine: string;
  readonly layout: "exact" | "export";
  readonly files: number;
  readonly bytes: number;
}

/** What the demonstration did and found; it exists only when every proof held. */
export interface DemoOutcome {
  /** Where everything lies, when it was kept. */
  readonly folder?: string | undefined;
  readonly machines: readonly string[];
  readonly backups: readonly DemoBackup[];
  readonly restores: readonly DemoRestore[];
  readonly verified: { readonly points: number; readonly chunks: number; readonly damaged: number };
  readonly proofs: readonly string[];
  /** What the host's audit found; empty. */
  readonly leftBehind: readonly string[];
}
