import { type Guid, StillpointError, throwIfInterrupted } from "../base/index.ts";
import type { ByteSource } from "../disk/index.ts";
import { openVhd } from "../formats/vhd/index.ts";
import { openVhdx } from "../formats/vhdx/index.ts";
import { isUnreadable, type RestorePoint, type StoredFile } from "../vault/index.ts";
import type { RestoreVault } from "./ports.ts";

/** What a stored differencing disk says about its parent. */
export interface ParentLink {
  readonly format: "vhdx" | "vhd";
  /** As it stands in the file, with backslashes. */
  readonly relativePath: string | undefined;
  /** The file of the restore point that is the parent; undefined when it has none that fits. */
  readonly parentPath: string | undefined;
}

/** By the child's path in the restore point; only differencing disks are in it. */
export type ParentLinks = ReadonlyMap<string, ParentLink>;

interface DiskHead {
  readonly path: string;
  readonly format: "vhdx" | "vhd";
  readonly identity: Guid;
  readonly parent:
    | {
        readonly identities: readonly Guid[];
        readonly relativePath: string | undefined;
        readonly name: string;
      }
    | undefined;
}

/** Reads the headers of the point's disks in the vault. Disks that cannot be understood are left out, in a salvage also what is damaged. */
export async function readParentLinks(
  vault: RestoreVault,
  point: RestorePoint,
  options: { readonly signal?: AbortSignal | undefined; readonly salvage?: true | undefined } = {},
): Promise<ParentLinks> {
  const heads: DiskHead[] = [];
  for (const file of point.files.filter((candidate) => candidate.role === "disk")) {
    throwIfInterrupted(options.signal);
    try {
      const head = await readHead(vault, file);
      if (head !== undefined) heads.push(head);
    } catch (error) {
      if (options.salvage !== true || !isUnreadable(error)) throw error;
    }
  }
  const links = new Map<string, ParentLink>();
  for (const child of heads) {
    if (child.parent === undefined) continue;
    const { relativePath } = child.parent;
    links.set(child.path, { format: child.format, relativePath, parentPath: parentOf(child, heads)?.path });
  }
  return links;
}

async function readHead(vault: RestoreVault, file: StoredFile): Promise<DiskHead | undefined> {
  const reader = await vault.openFile(file);
  try {
    return /\.a?vhd$/i.test(file.path) ? await vhdHead(reader, file) : await vhdxHead(reader, file);
  } catch (error) {
    if (isFormatError(error)) return undefined;
    throw error;
  }
}

/** Takes over the reader. */
async function vhdxHead(reader: ByteSource, file: StoredFile): Promise<DiskHead> {
  await using disk = await openVhdx(reader);
  const locator = disk.parentLocator;
  return {
    path: file.path,
    format: "vhdx",
    identity: disk.facts.dataWriteGuid,
    parent: locator && {
      identities: locator.linkage2 === undefined ? [locator.linkage] : [locator.linkage, locator.linkage2],
      relativePath: locator.relativePath,
      name: lastName(locator.relativePath ?? locator.absolutePath ?? ""),
    },
  };
}

/** Takes over the reader. */
async function vhdHead(reader: ByteSource, file: StoredFile): Promise<DiskHead> {
  await using source = reader;
  const { parent, uniqueId } = (await openVhd(source)).facts;
  return {
    path: file.path,
    format: "vhd",
    identity: uniqueId,
    parent: parent && {
      identities: [parent.parentId],
      relativePath: parent.relativePath,
      name: lastName(parent.relativePath ?? parent.parentName),
    },
  };
}

/**
 * The backup proved the linkage, so the identity decides; copies of one disk have one identity, and among them the one of
 * the right name, nearest to the child, is the parent.
 */
function parentOf(child: DiskHead, heads: readonly DiskHead[]): DiskHead | undefined {
  if (child.parent === undefined) return undefined;
  const { identities, name } = child.parent;
  const rank = (head: DiskHead): number =>
    (lastName(head.path).toLowerCase() === name.toLowerCase() ? 1e6 : 0) +
    sharedFolders(head.path, child.path);
  return heads
    .filter((head) => head !== child && head.format === child.format && identities.includes(head.identity))
    .sort((a, b) => rank(b) - rank(a))[0];
}

function sharedFolders(a: string, b: string): number {
  const [left, right] = [a, b].map((path) => path.toLowerCase().split(/[\\/]/).slice(0, -1)) as [
    string[],
    string[],
  ];
  const different = left.findIndex((name, at) => name !== right[at]);
  return different < 0 ? left.length : different;
}

function lastName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? "";
}

/** Whether bytes are not what their format says. */
export function isFormatError(error: unknown): boolean {
  return (
    error instanceof StillpointError &&
    /^(vhdx-|vhd-|struct-truncated$|field-too-large$|source-ended$)/.test(error.code)
  );
}
