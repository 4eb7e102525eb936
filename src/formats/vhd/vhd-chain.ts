import {
  type ByteSource,
  type ChainFile,
  type ChainSource,
  type DiskChain,
  stackDisks,
} from "../../disk/index.ts";
import { VhdChainError, VhdParentMismatchError, VhdParentMissingError } from "./errors.ts";
import type { LenientOption } from "./footer.ts";
import type { VhdParentFacts } from "./parent-locators.ts";
import { openVhd, type VhdFile } from "./vhd-file.ts";

/** As for VHDX; Hyper-V's own limit is lower. */
export const MAX_VHD_CHAIN_FILES = 256;

export interface OpenVhdChainOptions extends LenientOption {
  /** The leaf's path. */
  readonly path: string;
  /**
   * Opens the parent that a child names, or gives undefined when it is nowhere. Called once for each file but the root,
   * from the leaf down. The chain takes over what it gives.
   */
  openParent(parent: VhdParentFacts, child: { readonly path: string }): Promise<ChainSource | undefined>;
  readonly signal?: AbortSignal | undefined;
}

export type VhdChain = DiskChain<VhdFile>;
type VhdChainFile = ChainFile<VhdFile>;

/**
 * Opens a VHD and its parents. Takes over the leaf's source and disposes of it, also when opening fails.
 *
 * A parent is known by the unique id in its footer alone: the time stamp that the child keeps of it is not reliable.
 *
 * @throws {VhdParentMissingError} @throws {VhdParentMismatchError} when a parent has another unique id.
 * @throws {VhdChainError} on a file that is its own ancestor, and beyond `MAX_VHD_CHAIN_FILES`; and what `openVhd` throws.
 */
export async function openVhdChain(leaf: ByteSource, options: OpenVhdChainOptions): Promise<VhdChain> {
  await using opening = new AsyncDisposableStack();
  const files: VhdChainFile[] = [];
  let next: ChainSource | undefined = { path: options.path, source: leaf };
  while (next !== undefined) {
    opening.use(next.source);
    const found: VhdChainFile = { path: next.path, file: await openVhd(next.source, options) };
    checkLink(files, found);
    files.push(found);
    if (files.length > MAX_VHD_CHAIN_FILES)
      throw new VhdChainError(
        `Cannot open the disk "${options.path}": its chain has more than ${MAX_VHD_CHAIN_FILES} files`,
      );
    next = await openParentOf(found, options);
  }
  const disk = stackDisks(files);
  const held = opening.move();
  return { files, disk, [Symbol.asyncDispose]: async () => await held.disposeAsync() };
}

/** Undefined for the root. */
async function openParentOf(
  child: VhdChainFile,
  options: OpenVhdChainOptions,
): Promise<ChainSource | undefined> {
  const { parent } = child.file.facts;
  if (parent === undefined) return undefined;
  const found = await options.openParent(parent, { path: child.path });
  if (found === undefined)
    throw new VhdParentMissingError(
      `Cannot open the disk "${child.path}": its parent "${parent.relativePath ?? parent.parentName}" was not found`,
    );
  return found;
}

function checkLink(below: readonly VhdChainFile[], found: VhdChainFile): void {
  const child = below.at(-1);
  const { uniqueId } = found.file.facts;
  if (child !== undefined && child.file.facts.parent?.parentId !== uniqueId)
    throw new VhdParentMismatchError(
      `Cannot open the disk "${child.path}": its parent "${found.path}" has the identity ${uniqueId}, not ${child.file.facts.parent?.parentId}`,
    );
  if (below.some((file) => file.file.facts.uniqueId === uniqueId))
    throw new VhdChainError(
      `Cannot open the disk "${found.path}": it is among its own parents by its identity ${uniqueId}`,
    );
}
