import { type Entropy, type Guid, MIB, newGuid, throwIfInterrupted } from "../../base/index.ts";
import type { ByteStore } from "../../disk/index.ts";
import { borrowedStore } from "./borrowed-store.ts";
import { EditSession } from "./edit-session.ts";
import { bracedGuid } from "./new-disk.ts";
import { openWithoutLog } from "./open-without-log.ts";
import { LocatorKey } from "./parent-locator.ts";
import { type PresentRun, presentRuns } from "./present-runs.ts";
import { locatorEntries, stageParentLocator } from "./stage-parent-locator.ts";
import type { VhdxFile } from "./vhdx-file.ts";
import { openVhdxForWriting, type VhdxWriter } from "./vhdx-writer.ts";
import { VhdxMergeRefusedError, VhdxNotDifferencingError } from "./writer-errors.ts";

const PIECE_BYTES = 4 * MIB;

export interface MergeProgress {
  readonly doneBytes: number;
  /** Of the virtual disk, zeros included. */
  readonly totalBytes: number;
}

export interface MergeVhdxOptions {
  /** Written only to announce the parent's new identity; stays the caller's, as does the parent. */
  readonly child: ByteStore;
  /** May be a differencing disk itself. */
  readonly parent: ByteStore;
  readonly entropy: Entropy;
  /** Checked between pieces of 4 MiB; an interrupted merge is simply begun again. */
  readonly signal?: AbortSignal | undefined;
  onProgress?(progress: MergeProgress): void;
}

export interface MergedVhdx {
  /** The parent's identity now: what the child's own children must name as their linkage. */
  readonly dataWriteGuid: Guid;
  /** Bytes of the virtual disk that the child had; 0: neither file was touched. */
  readonly mergedBytes: number;
}

/**
 * Carries what a child has into its parent, so that the parent alone is the disk that the two were before.
 *
 * ```
 *   child   parent_linkage2 := G          the child fits to its parent's old identity and to the new one
 *   parent  DataWriteGuid   := G          with the first write
 *   parent  the child's sectors, its zeros, its disk id
 * ```
 *
 * At every instant, also after a crash, child over parent is the same disk; running it again finishes it. The child is
 * whole and valid afterwards, only superfluous. [MS-VHDX] 2.2.6.2.6.3
 *
 * @throws {VhdxNotDifferencingError} @throws {VhdxMergeRefusedError} and what opening throws.
 */
export async function mergeVhdx(options: MergeVhdxOptions): Promise<MergedVhdx> {
  const { entropy, signal } = options;
  const child = await openWithoutLog(options.child, { entropy, signal });
  const parent = await openWithoutLog(options.parent, { entropy, signal });
  checkPair(child, parent);
  let totalBytes = 0;
  for await (const run of presentRuns(child)) totalBytes += run.length;
  if (totalBytes === 0) return { dataWriteGuid: parent.facts.dataWriteGuid, mergedBytes: 0 };
  throwIfInterrupted(signal);
  const dataWriteGuid = newGuid(entropy);
  await announce(child, parent.facts.dataWriteGuid, { ...options, dataWriteGuid });
  await using disk = await openVhdxForWriting(borrowedStore(options.parent), {
    entropy,
    dataWriteGuid,
    signal,
  });
  let doneBytes = 0;
  for await (const run of presentRuns(child)) {
    for (let done = 0; done < run.length; done += PIECE_BYTES) {
      throwIfInterrupted(signal);
      const length = Math.min(PIECE_BYTES, run.length - done);
      await copyPiece(child, disk, pieceOf(run, done, length));
      doneBytes += length;
      options.onProgress?.({ doneBytes, totalBytes });
    }
  }
  await disk.adoptVirtualDiskId(child.facts.virtualDiskId);
  await disk.flush();
  return { dataWriteGuid, mergedBytes: totalBytes };
}

function checkPair(child: VhdxFile, parent: VhdxFile): void {
  const locator = child.parentLocator;
  if (locator === undefined)
    throw new VhdxNotDifferencingError(`Cannot merge the VHDX: it is a ${child.facts.kind} disk`);
  const identity = parent.facts.dataWriteGuid;
  if (locator.linkage !== identity && locator.linkage2 !== identity)
    throw new VhdxMergeRefusedError(
      `Cannot merge the VHDX: its parent has the identity ${identity}, not ${locator.linkage}`,
    );
  for (const property of ["virtualSizeBytes", "logicalSectorBytes"] as const) {
    const [ofChild, ofParent] = [child.facts[property], parent.facts[property]];
    if (ofChild !== ofParent)
      throw new VhdxMergeRefusedError(
        `Cannot merge the VHDX: its ${property} is ${ofChild}, its parent's ${ofParent}`,
      );
  }
}

interface Announcement {
  readonly child: ByteStore;
  readonly entropy: Entropy;
  readonly dataWriteGuid: Guid;
}

/** Lets the child accept both identities of its parent, in one step: that of now and that of after the first write. */
async function announce(file: VhdxFile, parentIdentity: Guid, announcement: Announcement): Promise<void> {
  const { child, entropy, dataWriteGuid } = announcement;
  const entries = new Map(await locatorEntries(file));
  entries.set(LocatorKey.linkage, bracedGuid(parentIdentity));
  entries.set(LocatorKey.linkage2, bracedGuid(dataWriteGuid));
  const session = await EditSession.open({ store: child, log: file.structure.log, entropy });
  await session.beginStructureChange();
  await stageParentLocator(session, file, entries);
  await session.close();
}

function pieceOf(run: PresentRun, done: number, length: number): PresentRun {
  const fileOffset = run.fileOffset === undefined ? undefined : run.fileOffset + done;
  return { virtualOffset: run.virtualOffset + done, length, fileOffset };
}

async function copyPiece(child: VhdxFile, disk: VhdxWriter, piece: PresentRun): Promise<void> {
  if (piece.fileOffset === undefined) {
    await disk.writeZeros(piece.virtualOffset, piece.length);
    return;
  }
  const bytes = new Uint8Array(piece.length);
  await child.source.read(bytes, piece.fileOffset);
  await disk.write(bytes, piece.virtualOffset);
}
