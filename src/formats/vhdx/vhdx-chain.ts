import {
  type ByteSource,
  type ChainFile,
  type ChainSource,
  type DiskChain,
  stackDisks,
} from "../../disk/index.ts";
import {
  VhdxChainCycleError,
  VhdxChainTooDeepError,
  VhdxParentMismatchError,
  VhdxParentMissingError,
} from "./errors.ts";
import { openVhdx } from "./open-vhdx.ts";
import type { ParentLocator } from "./parent-locator.ts";
import { pathKey } from "./parent-path.ts";
import type { VhdxFile } from "./vhdx-file.ts";

/** OpenVMM has the same limit; Hyper-V's own is lower. */
export const MAX_CHAIN_FILES = 256;

export interface OpenVhdxChainOptions {
  /** The leaf's path. */
  readonly path: string;
  /**
   * Opens the parent that a child's locator names, or gives undefined when it is nowhere; `parentCandidates` says where to
   * look. Called once for each file but the root, from the leaf down. The chain takes over what it gives.
   */
  openParent(locator: ParentLocator, child: { readonly path: string }): Promise<ChainSource | undefined>;
  /** See `OpenVhdxOptions`. A linkage that does not match is refused all the same. */
  readonly lenient?: true;
  readonly signal?: AbortSignal | undefined;
}

export type VhdxChain = DiskChain<VhdxFile>;
type VhdxChainFile = ChainFile<VhdxFile>;

/**
 * Opens a VHDX and its parents. Takes over the leaf's source and disposes of it, also when opening fails.
 *
 * @throws {VhdxParentMissingError} @throws {VhdxParentMismatchError} when a parent's data write GUID is not the linkage.
 * @throws {VhdxChainCycleError} @throws {VhdxChainTooDeepError} beyond `MAX_CHAIN_FILES`.
 * @throws {VhdxSectorSizeMismatchError} and whatever `openVhdx` throws.
 */
export async function openVhdxChain(leaf: ByteSource, options: OpenVhdxChainOptions): Promise<VhdxChain> {
  await using opening = new AsyncDisposableStack();
  const files: VhdxChainFile[] = [];
  let next: ChainSource | undefined = { path: options.path, source: leaf };
  while (next !== undefined) {
    const { path, source } = next;
    const file = opening.use(await openVhdx(source, options));
    const child = files.at(-1);
    if (child !== undefined) checkLinkage(child, { path, file });
    files.push({ path, file });
    next = await openParentOf({ path, file }, files, options);
  }
  const disk = stackDisks(files);
  const held = opening.move();
  return { files, disk, [Symbol.asyncDispose]: async () => await held.disposeAsync() };
}

/** The parent's source, checked before it is opened; undefined for the root. */
async function openParentOf(
  child: VhdxChainFile,
  files: readonly VhdxChainFile[],
  options: OpenVhdxChainOptions,
): Promise<ChainSource | undefined> {
  const locator = child.file.parentLocator;
  if (locator === undefined) return undefined;
  if (files.length >= MAX_CHAIN_FILES)
    throw new VhdxChainTooDeepError(
      `Cannot open the disk "${options.path}": its chain has more than ${MAX_CHAIN_FILES} files`,
    );
  const parent = await options.openParent(locator, { path: child.path });
  if (parent === undefined)
    throw new VhdxParentMissingError(
      `Cannot open the disk "${child.path}": its parent "${locator.relativePath ?? locator.absolutePath ?? locator.linkage}" was not found`,
      { childPath: child.path },
    );
  if (files.some((file) => pathKey(file.path) === pathKey(parent.path))) {
    await parent.source[Symbol.asyncDispose]();
    throw new VhdxChainCycleError(
      `Cannot open the disk "${options.path}": "${parent.path}" is among its own parents`,
    );
  }
  return parent;
}

/** [MS-VHDX] 2.2.6.2.6.3: the second linkage counts as well, which saves a merge that was cut short. */
function checkLinkage(child: VhdxChainFile, parent: VhdxChainFile): void {
  const locator = child.file.parentLocator;
  const found = parent.file.facts.dataWriteGuid;
  if (locator?.linkage === found || locator?.linkage2 === found) return;
  throw new VhdxParentMismatchError(
    `Cannot open the disk "${child.path}": its parent "${parent.path}" has the identity ${found}, not ${locator?.linkage}`,
    { childPath: child.path, parentPath: parent.path },
  );
}
