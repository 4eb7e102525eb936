import { availableParallelism } from "node:os";
import { type Clock, type Entropy, type Guid, MIB } from "../base/index.ts";
import type { Storage } from "../storage/index.ts";
import type { LocalIndexOptions } from "./index/local-runs.ts";
import type { ReceiptBook } from "./receipts/receipt-book.ts";

export interface VaultOptions {
  /** Stays the caller's. */
  readonly storage: Storage;
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** Remembers beside the vault what was written into it. @default one that is forgotten with the program */
  readonly receiptBook?: ReceiptBook | undefined;
  /** Threads that hash, compress and seal. @default as many as the machine has processors, at most 4, and one more with `writesFiles` */
  readonly workers?: number;
  /** Files are brought back: a thread that waits for the disk it writes to leaves its processor to another one. */
  readonly writesFiles?: true | undefined;
  /** For buffers and packs under construction; not counted: the index (about 21 bytes a chunk), the threads themselves. @default 128 MiB */
  readonly memoryBudgetBytes?: number;
  /** Where an index that is larger than its memory is kept. @default in memory, whatever it takes */
  readonly localIndex?: LocalIndexOptions | undefined;
  /** The folder in which it is kept what restore points are, so that a list reads none twice; safe to delete. @default nowhere */
  readonly localPoints?: string | undefined;
}

/** What a vault is, without opening anything in it. */
export interface VaultFacts {
  readonly id: Guid;
  readonly formatVersion: number;
  readonly created: Temporal.Instant;
  readonly chunkBytes: number;
  readonly hash: string;
  /** Where it lives, as its storage names it. */
  readonly location: string;
}

export const DEFAULT_MEMORY_BUDGET: number = 128 * MIB;
const MOST_WORKERS = 4;

export function defaultWorkers({ writesFiles }: Pick<VaultOptions, "writesFiles">): number {
  return Math.min(MOST_WORKERS, availableParallelism()) + (writesFiles === true ? 1 : 0);
}
