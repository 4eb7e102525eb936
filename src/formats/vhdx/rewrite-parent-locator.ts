import { type Entropy, type Guid, ZERO_GUID } from "../../base/index.ts";
import type { ByteStore } from "../../disk/index.ts";
import { EditSession } from "./edit-session.ts";
import { bracedGuid, locatorPaths } from "./new-disk.ts";
import { openWithoutLog } from "./open-without-log.ts";
import { LocatorKey } from "./parent-locator.ts";
import { locatorEntries, stageParentLocator } from "./stage-parent-locator.ts";
import { VhdxWriteMismatchError } from "./writer-errors.ts";

/** Paths that are not given are taken out: they would name a place that is no longer right. */
export interface ParentLocatorChange {
  /** From the child's folder, with backslashes: `.\parent.vhdx`. */
  readonly relativePath?: string | undefined;
  readonly absolutePath?: string | undefined;
  readonly volumePath?: string | undefined;
  /** The new parent's data write GUID; the link stays as it is when not given. */
  readonly linkage?: Guid | undefined;
  readonly entropy: Entropy;
  /** Checked while opening. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Lets a differencing disk name its parent elsewhere, or another parent. The store stays the caller's; the change is durable
 * when it resolves, and a crash leaves the old paths or the new ones. The disk's content keeps its identity, so
 * its own children are not affected. Nothing is written when it says all that already.
 *
 * @throws {VhdxNotDifferencingError} @throws {VhdxMetadataFullError} @throws {VhdxWriteMismatchError}
 */
export async function rewriteParentLocator(store: ByteStore, change: ParentLocatorChange): Promise<void> {
  const { entropy, signal } = change;
  const paths = locatorPaths(change);
  if (paths.length === 0) throw new TypeError("A parent locator without a path");
  const file = await openWithoutLog(store, { entropy, signal });
  const before = await locatorEntries(file);
  const after = changedEntries(before, paths, change.linkage);
  if (isSame(before, after)) return;
  const session = await EditSession.open({ store, log: file.structure.log, entropy });
  await session.beginStructureChange();
  await stageParentLocator(session, file, after);
  await session.close();
  const found = await locatorEntries(await openWithoutLog(store, { entropy }));
  if (!isSame(found, after))
    throw new VhdxWriteMismatchError(
      "Cannot trust the file of the VHDX: its parent locator reads back differently",
      file.structure.regions.metadata.offset,
    );
}

function changedEntries(
  before: ReadonlyMap<string, string>,
  paths: readonly (readonly [key: string, path: string])[],
  linkage: Guid | undefined,
): ReadonlyMap<string, string> {
  const after = new Map(before);
  for (const key of [LocatorKey.relativePath, LocatorKey.volumePath, LocatorKey.absolutePath]) {
    after.delete(key);
  }
  for (const [key, path] of paths) after.set(key, path);
  if (linkage !== undefined) {
    after.set(LocatorKey.linkage, bracedGuid(linkage));
    after.set(LocatorKey.linkage2, bracedGuid(ZERO_GUID));
  }
  return after;
}

/** Whatever the order. */
function isSame(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}
