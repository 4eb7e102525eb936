import type { Clock } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import type { VaultKeys } from "../crypto/vault-keys.ts";
import { VaultDamagedError, VaultTooNewError } from "../errors.ts";
import { decodeConfig, isConfigProven } from "../format/config-document.ts";
import { CONFIG_NAME, digestFromName, PACKS_PREFIX, packName } from "../format/object-names.ts";
import type { LoadedIndex } from "../index/load-index.ts";
import type { KeySlots } from "../keys/key-slots.ts";
import { getOrDamaged } from "../packs/get-or-damaged.ts";
import { checkSidecars, type SidecarReport } from "../parity/check-sidecars.ts";
import type { Engine } from "../pipeline/engine.ts";
import type { FrameReader } from "../reading/frame-reader.ts";
import type { ReceiptReport, Receipts } from "../receipts/receipts.ts";
import type { RemovalNotes } from "../removal/removal-notes.ts";
import type { PointStore } from "../restore-points/point-store.ts";
import { type DataCheckReport, PackCheck } from "./check-packs.ts";
import { PointCheck } from "./check-points.ts";
import { type CheckedObjects, ForgottenChecks } from "./checked-objects.ts";
import { type DamagedObject, DamageLedger } from "./damage-ledger.ts";
import { DamageRecord } from "./damage-record.ts";

export type { DamagedObject } from "./damage-ledger.ts";

export interface VerifyProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

export interface VerifyOptions {
  /** How much of the packs is read and opened, the longest unchecked first: 100 is everything. Left out: only lists, headers, footers and chunk lists. */
  readonly readDataPercent?: number | undefined;
  /** What earlier runs read. Without it every run begins anew. */
  readonly checked?: CheckedObjects | undefined;
  /** Do not go on with a reading of everything that was interrupted. */
  readonly fromStart?: true | undefined;
  /** Write what is found into the vault, so that the next backups store it again. */
  readonly keepFindings?: true | undefined;
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
  /** Packs that were known to be damaged, and of which everything that restore points need is somewhere else by now: a prune takes them. */
  readonly healed: readonly string[];
  /** How many packs there are, and their bytes. */
  readonly packs: number;
  readonly packBytes: number;
  /** Packs that were read whole, and their bytes. */
  readonly packsRead: number;
  readonly bytesRead: number;
  /** How much of the packs' data was read and opened, by this run and the one that it went on with: of what was not read nothing is known. */
  readonly dataRead: "none" | "part" | "all";
  /** When the interrupted reading began that this one went on with: an ISO instant. */
  readonly goesOnSince?: string | undefined;
  /** False when damage was found and could not be written down: this credential may not, or nothing fits any more. */
  readonly findingsKept?: false | undefined;
  /** Packs that cannot be mended because their sidecar is missing or damaged; absent in a vault without sidecars. Nothing is lost. */
  readonly sidecars?: SidecarReport | undefined;
  /** Packs that no segment names: left by a session that was killed, or that is running. Harmless. */
  readonly unreferencedPacks: number;
  /** Whether every restore point is there that was there, and that nobody removed who may. */
  readonly receipts: Omit<ReceiptReport, "damaged">;
}

export interface VerifyParts {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly keys: VaultKeys;
  readonly engine: Engine;
  readonly loaded: LoadedIndex;
  readonly frames: FrameReader;
  readonly points: PointStore;
  readonly notes: RemovalNotes;
  readonly slots: KeySlots;
  readonly receipts: Pick<Receipts, "check">;
  /** Reads what write-only hosts stored and nobody has read yet, and gives what is not what they say. */
  readonly readBack: (signal: AbortSignal | undefined) => Promise<readonly VaultDamagedError[]>;
}

/** From the outside in: config, slots and notes, index, packs, then each restore point down to its chunks. */
export async function verifyVault(options: VerifyOptions, parts: VerifyParts): Promise<VerifyReport> {
  const { loaded, notes } = parts;
  const { signal } = options;
  const ledger = new DamageLedger();
  await checkSmallObjects(ledger, parts, signal);
  await ledger.catching(async () => {
    for (const list of await notes.doomedLists(signal)) loaded.index.doom(list.packs);
  });
  const isKept = options.keepFindings === true;
  const record = await DamageRecord.open({ loaded, notes, isKept }, signal);
  await loaded.reread(signal);
  await loaded.reconcile(signal);
  for (const [object, { what }] of [...loaded.damagedSegments, ...loaded.unreadablePacks])
    ledger.note(object, what);
  if ((options.readDataPercent ?? 0) > 0) noteClaims(await parts.readBack(signal), { ledger, record });
  let read: DataCheckReport;
  try {
    read = await checkPacks(options, { ...parts, ledger, record });
  } finally {
    await record.flush(); // also what an interrupted run found
  }
  await loaded.refresh(signal); // what is in damaged frames may have other places
  for (const pack of record.known) {
    const isOver =
      !loaded.index.isDamaged(pack) || (await parts.storage.stat(pack, { signal })) === undefined;
    if (!isOver) ledger.note(pack, "it was found damaged before");
  }
  const check = new PointCheck({ ...parts, index: loaded.index, ledger, signal });
  const points = await check.run();
  await record.flush();
  await record.close(parts.storage);
  const sidecars = await sidecarsOf(options, parts);
  const { damaged: unreadable, ...receipts } = await parts.receipts.check(signal, check.seen);
  for (const { object, what } of unreadable) ledger.note(object, what);
  const isHealed = ({ object, points }: DamagedObject): boolean =>
    record.known.has(object) && points.length === 0;
  const since = read.goesOnSince;
  return {
    points,
    chunks: loaded.index.chunkCount,
    damaged: ledger.report().filter((each) => !isHealed(each)),
    healed: ledger
      .report()
      .filter(isHealed)
      .map(({ object }) => object),
    packs: read.packsThere,
    packBytes: read.bytesThere,
    packsRead: read.packs,
    bytesRead: read.bytes,
    dataRead: dataRead(read, options),
    ...(since !== undefined && { goesOnSince: Temporal.Instant.fromEpochMilliseconds(since).toString() }),
    ...(!record.isWritable && { findingsKept: false }),
    ...(sidecars !== undefined && { sidecars }),
    unreferencedPacks: loaded.adoptedPacks.length + loaded.unreadablePacks.size,
    receipts,
  };
}

/** Packs of hosts that could not be read back: a repair takes out what can be read, when it knows of them. */
function noteClaims(
  damaged: readonly VaultDamagedError[],
  { ledger, record }: { readonly ledger: DamageLedger; readonly record: DamageRecord },
): void {
  for (const { object, what, cause } of damaged) {
    ledger.note(object, what);
    if (!(cause instanceof VaultTooNewError)) record.add({ pack: object });
  }
}

function dataRead(read: DataCheckReport, { readDataPercent = 0 }: VerifyOptions): VerifyReport["dataRead"] {
  if (readDataPercent <= 0) return "none";
  return readDataPercent >= 100 || read.packs === read.packsThere ? "all" : "part";
}

async function checkSmallObjects(
  ledger: DamageLedger,
  parts: VerifyParts,
  signal: AbortSignal | undefined,
): Promise<void> {
  await ledger.catching(async () => {
    await checkConfig(parts);
  });
  for (const { object, what } of await parts.slots.damaged()) ledger.note(object, what);
  for await (const { object, what } of parts.notes.unreadable(signal)) ledger.note(object, what);
  for (const object of await parts.points.impostors())
    ledger.note(object, "somebody put it under the id of another restore point");
}

async function checkPacks(
  options: VerifyOptions,
  parts: VerifyParts & { readonly ledger: DamageLedger; readonly record: DamageRecord },
): Promise<DataCheckReport> {
  const { fromStart, onProgress, signal } = options;
  const packs = new PackCheck({ ...parts, index: parts.loaded.index, signal });
  await packs.checkFooters();
  const percent = options.readDataPercent ?? 0;
  const checked = options.checked ?? new ForgottenChecks();
  return await packs.checkData({ percent, checked, fromStart, onProgress });
}

/** Sidecars are read when everything is. */
async function sidecarsOf(
  { readDataPercent = 0, signal }: VerifyOptions,
  { storage, engine, loaded }: VerifyParts,
): Promise<SidecarReport | undefined> {
  if (engine.sidecars === undefined) return undefined;
  const { index } = loaded;
  const adopted = new Set(loaded.adoptedPacks.map(({ digest }) => packName(digest)));
  // of what no segment names yet, the sidecar may be on its way
  const isWanted = (pack: string): boolean =>
    !index.isDoomed(pack) && !adopted.has(pack) && index.hasPack(digestFromName(pack) ?? new Uint8Array());
  const packs = storage.list(PACKS_PREFIX, { signal });
  return await checkSidecars(packs, { storage, signal, isRead: readDataPercent >= 100, isWanted });
}

async function checkConfig({ storage, keys }: VerifyParts): Promise<void> {
  const read = decodeConfig(await getOrDamaged(storage, CONFIG_NAME));
  const isSound = read.kind === "config" && isConfigProven(read.config, read.mac, keys.configKey);
  if (!isSound) throw new VaultDamagedError(CONFIG_NAME, "its bytes are not those that were written");
}
