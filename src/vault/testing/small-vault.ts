import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Clock, Secret } from "../../base/index.ts";
import { FakeClock, SeededEntropy } from "../../base/testing/index.ts";
import type { ByteSource, FileLayout } from "../../disk/index.ts";
import { MemoryStore, plainLayout } from "../../disk/index.ts";
import type { Storage } from "../../storage/index.ts";
import { createVault } from "../create-vault.ts";
import type { LocalIndexOptions } from "../index/local-runs.ts";
import type { VaultLock } from "../lock/locking-storage.ts";
import { openVault } from "../open-vault.ts";
import type { ReceiptBook } from "../receipts/receipt-book.ts";
import type { RestorePoint, RestorePointDraft, StoredFile } from "../restore-points/restore-point.ts";
import type { VaultSession } from "../sessions/vault-session.ts";
import type { Vault } from "../vault.ts";

export const TEST_PASSPHRASE: Secret = new Secret("correct horse battery staple");
/** As cheap as Argon2id gets: tests open vaults by the hundred. */
export const CHEAP_KDF = { memoryKiB: 8, passes: 1, lanes: 1 } as const;

/**
 * Where indexes are kept: in memory; with `STILLPOINT_TEST_INDEX=local` in runs in a folder, as if there were no memory for
 * them. All vaults of a test file share the folder, as programs of one machine do; those of another machine have another one.
 */
export function indexOfTests(machine = "first"): { readonly localIndex?: LocalIndexOptions } {
  if (process.env["STILLPOINT_TEST_INDEX"] !== "local") return {};
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), "stillpoint-index-"));
    process.on("exit", () => {
      rmSync(made, { recursive: true, force: true });
    });
    folder = made;
  }
  return { localIndex: { folder: join(folder, machine), memoryBytes: 0 } };
}

let folder: string | undefined;

export interface SmallVaultOptions {
  readonly seed?: number;
  readonly chunkBytes?: number;
  readonly workers?: number;
  readonly lock?: VaultLock;
  /** With sidecars beside the packs. */
  readonly parity?: true;
  readonly clock?: Clock;
}

/** A new vault with small chunks and a cheap passphrase. */
export async function createSmallVault(
  storage: Storage,
  options: SmallVaultOptions = {},
): Promise<{ readonly vault: Vault; readonly recoveryKey: Secret }> {
  return await createVault({
    storage,
    clock: options.clock ?? new FakeClock(),
    lock: options.lock,
    parity: options.parity,
    entropy: new SeededEntropy(options.seed ?? 1),
    passphrase: TEST_PASSPHRASE,
    kdf: CHEAP_KDF,
    workers: options.workers ?? 1,
    chunkBytes: options.chunkBytes ?? 4096,
    ...indexOfTests(),
  });
}

export async function openSmallVault(
  storage: Storage,
  options: {
    readonly seed?: number;
    readonly passphrase?: Secret;
    readonly workers?: number;
    readonly receiptBook?: ReceiptBook;
    readonly clock?: Clock;
    /** Whose index on the local disk is used, where tests have one. */
    readonly machine?: string;
  } = {},
): Promise<Vault> {
  return await openVault({
    storage,
    clock: options.clock ?? new FakeClock("2026-01-02T00:00:00Z"),
    receiptBook: options.receiptBook,
    entropy: new SeededEntropy(options.seed ?? 2),
    passphrase: options.passphrase ?? TEST_PASSPHRASE,
    workers: options.workers ?? 1,
    ...indexOfTests(options.machine),
  });
}

/** Bytes that repeat a seed's, with a part that compresses. */
export function someBytes(seed: number, length: number): Uint8Array {
  const entropy = new SeededEntropy(seed);
  const bytes = entropy.bytes(length);
  for (let at = 0; at < length; at += 3) bytes[at] = seed & 255;
  return bytes;
}

/** The layout of a file that is payload from its first byte to its last. */
export function payloadLayout(sizeBytes: number): FileLayout {
  return {
    sizeBytes,
    async *payload() {
      if (sizeBytes > 0) yield { virtualOffset: 0, fileOffset: 0, length: sizeBytes };
    },
    async *segments() {
      if (sizeBytes > 0) yield { offset: 0, length: sizeBytes, kind: "payload", cutOrigin: 0 };
    },
  };
}

/** Stores bytes as one file of a restore point. */
export async function storeBytes(
  session: VaultSession,
  path: string,
  bytes: Uint8Array | ByteSource,
): Promise<StoredFile> {
  const source = bytes instanceof Uint8Array ? new MemoryStore(bytes) : bytes;
  const { recipe } = await session.storeFile(source, { layout: plainLayout(source.sizeBytes) });
  return { path, role: "other", sizeBytes: source.sizeBytes, recipe };
}

/** A restore point that says nothing remarkable. */
export function draftOf(
  files: readonly StoredFile[],
  machine = { id: "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B4C", name: "web01" },
): RestorePointDraft {
  return {
    machine,
    host: { name: "HV01" },
    started: "2026-01-01T00:00:00Z",
    held: "2026-01-01T00:00:01Z",
    asked: "application",
    consistency: "crash",
    method: "files",
    checkpointKind: "none",
    interruptedSeconds: 0,
    attempts: 1,
    memory: { kept: false },
    files,
    disks: [],
    tree: { checkpoints: [], current: null },
    uncovered: [],
    warnings: [],
    fullReadReasons: [],
    forecast: null,
    leftBehind: [],
    counts: { bytesRead: 0, bytesReadMetadata: 0, bytesNew: 0, bytesStored: 0 },
  };
}

/** Stores files (path and bytes) and commits them. */
export async function backUp(
  vault: Vault,
  files: Readonly<Record<string, Uint8Array>>,
  machine?: { readonly id: string; readonly name: string },
): Promise<RestorePoint> {
  await using session = await vault.openSession();
  const stored: StoredFile[] = [];
  for (const [path, bytes] of Object.entries(files)) stored.push(await storeBytes(session, path, bytes));
  return await session.commit(draftOf(stored, machine));
}

/** A file of a restore point, whole. */
export async function bringBack(vault: Vault, file: StoredFile): Promise<Uint8Array> {
  const target = new MemoryStore();
  await using reader = await vault.openFile(file);
  await reader.copyTo(target);
  return target.toBytes();
}
