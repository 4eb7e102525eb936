import { StillpointError } from "../../../base/index.ts";
import {
  type HostFiles,
  joinWindowsPath,
  windowsFileName,
  windowsParentFolder,
  windowsPathKey,
} from "../../../places/index.ts";
import type { HoldOptions } from "../../held-machine.ts";

/** The file that, with its parents, is a disk at the instant of the shadow copy. */
export interface ViewLeaf {
  readonly path: string;
  /** Whether the guest's own recovery is in a disk of its own, on top of what was attached. */
  readonly isRecovered: boolean;
  /** Further files that claim to be it. */
  readonly others: readonly string[];
}

const AUTO_RECOVERY = /-AutoRecovery\.avhdx?$/i;

/**
 * 2012 R2 keeps what the guest's writers recovered in an extra disk beside the leaf (hyperv-facts 3.6):
 *
 *     m.vhdx  ←  m_<guid>.avhdx  ←  m_<guid>-AutoRecovery.avhdx      the last one is the view leaf
 *
 * It is found by its name in the leaf's folder, and proved by its chain, which must lead to the leaf; a file that an
 * older backup left does not. Where nobody can follow chains, its name must begin as the leaf's does.
 */
export async function viewLeafOf(
  view: HostFiles,
  leaf: string,
  options: Pick<HoldOptions, "chainOf">,
): Promise<ViewLeaf> {
  const folder = windowsParentFolder(leaf);
  const none: ViewLeaf = { path: leaf, isRecovered: false, others: [] };
  if (folder === undefined) return none;
  const entries = await view.list(folder);
  const candidates = entries
    .filter(({ kind, name }) => kind === "file" && AUTO_RECOVERY.test(name))
    .map(({ name }) => joinWindowsPath(folder, name));
  const fitting: string[] = [];
  for (const candidate of candidates) {
    if (await leadsTo(view, { candidate, leaf }, options)) fitting.push(candidate);
  }
  const [newest, ...others] = await newestFirst(view, fitting);
  return newest === undefined ? none : { path: newest, isRecovered: true, others };
}

async function leadsTo(
  view: HostFiles,
  files: { readonly candidate: string; readonly leaf: string },
  options: Pick<HoldOptions, "chainOf">,
): Promise<boolean> {
  const { candidate, leaf } = files;
  if (options.chainOf === undefined) return isNamedAfter(candidate, leaf);
  try {
    const chain = await options.chainOf(view, candidate);
    return chain.some((path) => windowsPathKey(path) === windowsPathKey(leaf));
  } catch (error) {
    // a chain that is broken leads nowhere: it is not of this disk
    if (!(error instanceof StillpointError) || error.code === "interrupted") throw error;
    return false;
  }
}

function isNamedAfter(candidate: string, leaf: string): boolean {
  const stem = windowsFileName(leaf).replace(/\.[^.]*$/, "");
  return windowsFileName(candidate).toLowerCase().startsWith(stem.toLowerCase());
}

async function newestFirst(view: HostFiles, paths: readonly string[]): Promise<readonly string[]> {
  const dated: { readonly path: string; readonly modified: number }[] = [];
  for (const path of paths) {
    const modified = (await view.stat(path))?.modified.epochMilliseconds ?? 0;
    dated.push({ path, modified });
  }
  return dated.sort((a, b) => b.modified - a.modified).map(({ path }) => path);
}
