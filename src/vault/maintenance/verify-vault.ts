import type { Entropy } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import type { VaultKeys } from "../crypto/vault-keys.ts";
import { VaultDamagedError } from "../errors.ts";
import { decodeConfig, isConfigProven } from "../format/config-document.ts";
import { CONFIG_NAME } from "../format/object-names.ts";
import type { LoadedIndex } from "../index/load-index.ts";
import type { KeySlots } from "../keys/key-slots.ts";
import { getOrDamaged } from "../packs/get-or-damaged.ts";
import type { Engine } from "../pipeline/engine.ts";
import type { FrameReader } from "../reading/frame-reader.ts";
import type { RemovalNotes } from "../removal/removal-notes.ts";
import type { PointStore } from "../restore-points/point-store.ts";
import { PackCheck } from "./check-packs.ts";
import { PointCheck } from "./check-points.ts";
import { type DamagedObject, DamageLedger } from "./damage-ledger.ts";

export type { DamagedObject } from "./damage-ledger.ts";

export interface VerifyProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

export interface VerifyOptions {
  /** How much of the packs is read and opened: 100 is everything. Left out: only lists, headers, footers and chunk lists. */
  readonly readDataPercent?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told while packs are read. */
  readonly onProgress?: ((progress: VerifyProgress) => void) | undefined;
}

export interface VerifyReport {
  /** How many restore points the vault has. */
  readonly points: number;
  /** How many chunks the index knows. */
  readonly chunks: number;
  readonly damaged: readonly DamagedObject[];
  /** Packs that no segment names: left by a session that was killed, or that is running. Harmless. */
  readonly unreferencedPacks: number;
}

export interface VerifyParts {
  readonly storage: Storage;
  readonly entropy: Entropy;
  readonly keys: VaultKeys;
  readonly engine: Engine;
  readonly loaded: LoadedIndex;
  readonly frames: FrameReader;
  readonly points: PointStore;
  readonly notes: RemovalNotes;
  readonly slots: KeySlots;
}

/** From the outside in: config and slots, index, packs, then each restore point down to its chunks. */
export async function verifyVault(options: VerifyOptions, parts: VerifyParts): Promise<VerifyReport> {
  const { loaded } = parts;
  const { signal } = options;
  const ledger = new DamageLedger();
  await ledger.catching(async () => {
    await checkConfig(parts);
  });
  for (const { object, what } of await parts.slots.damaged()) ledger.note(object, what);
  await ledger.catching(async () => {
    for (const list of await parts.notes.doomedLists(signal)) loaded.index.doom(list.packs);
  });
  await loaded.reread(signal);
  await loaded.reconcile(signal);
  for (const [object, { what }] of [...loaded.damagedSegments, ...loaded.unreadablePacks])
    ledger.note(object, what);
  const packs = new PackCheck({ ...parts, index: loaded.index, ledger, signal });
  await packs.checkFooters();
  const percent = options.readDataPercent ?? 0;
  if (percent > 0) await packs.checkData({ percent, onProgress: options.onProgress });
  const { damagedFrames } = packs;
  const points = await new PointCheck({ ...parts, index: loaded.index, ledger, damagedFrames, signal }).run();
  return {
    points,
    chunks: loaded.index.chunkCount,
    damaged: ledger.report(),
    unreferencedPacks: loaded.adoptedPacks.length + loaded.unreadablePacks.size,
  };
}

async function checkConfig({ storage, keys }: VerifyParts): Promise<void> {
  const read = decodeConfig(await getOrDamaged(storage, CONFIG_NAME));
  const isSound = read.kind === "config" && isConfigProven(read.config, read.mac, keys.configKey);
  if (!isSound) throw new VaultDamagedError(CONFIG_NAME, "its bytes are not those that were written");
}
