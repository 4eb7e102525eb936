import { isUnreadable } from "../vault/index.ts";
import { RestoreFolderNotEmptyError, RestorePlaceTakenError, RestoreSpaceShortError } from "./errors.ts";
import type { PlannedFile, RestorePlan } from "./plan-restore.ts";
import type { RestoreTarget, RestoreVault } from "./ports.ts";

export interface CheckTargetOptions {
  readonly vault: RestoreVault;
  readonly target: RestoreTarget;
  readonly overwrite?: true | undefined;
  /** Write whatever the file system says of its free space: it may compress. */
  readonly ignoreSpace?: true | undefined;
}

/**
 * Looks whether what is planned can be written: before the first byte of it is.
 *
 * @throws {RestoreFolderNotEmptyError} @throws {RestorePlaceTakenError} @throws {RestoreSpaceShortError}
 */
export async function checkTarget(plans: readonly RestorePlan[], options: CheckTargetOptions): Promise<void> {
  const { target } = options;
  const occupant = await firstFile(target, "");
  if (occupant !== undefined && options.overwrite !== true) {
    throw new RestoreFolderNotEmptyError(
      `Cannot restore into the folder: it is not empty, "${occupant}" is there`,
    );
  }
  const files = new Map(plans.flatMap((plan) => plan.files).map((file) => [file.path, file]));
  const replacedBytes = occupant === undefined ? 0 : await replaced([...files.keys()], target);
  if (options.ignoreSpace !== true) await checkSpace([...files.values()], { ...options, replacedBytes });
}

/** Folders without files, as a restore leaves them that ran out of space, are nobody's content. */
async function firstFile(target: RestoreTarget, folder: string): Promise<string | undefined> {
  for (const { name, kind } of await target.list(folder)) {
    const path = folder === "" ? name : `${folder}/${name}`;
    const found = kind === "folder" ? await firstFile(target, path) : path;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** How much goes away when the files get their names. */
async function replaced(paths: readonly string[], target: RestoreTarget): Promise<number> {
  let bytes = 0;
  const folders = new Set(paths.flatMap(foldersAbove));
  for (const path of folders) {
    if ((await target.stat(path))?.kind === "file") throw new RestorePlaceTakenError(path, "file");
  }
  for (const path of paths) {
    const facts = await target.stat(path);
    if (facts?.kind === "folder") throw new RestorePlaceTakenError(path, "folder");
    bytes += facts?.sizeBytes ?? 0;
  }
  return bytes;
}

function foldersAbove(path: string): readonly string[] {
  const names = path.split("/").slice(0, -1);
  return names.map((_, depth) => names.slice(0, depth + 1).join("/"));
}

interface SpaceContext extends CheckTargetOptions {
  readonly replacedBytes: number;
}

/** Zeros take no room where a file system can leave them out; how many there are is looked up only where it matters. */
async function checkSpace(files: readonly PlannedFile[], context: SpaceContext): Promise<void> {
  const { target, replacedBytes } = context;
  const free = await target.freeBytes?.();
  if (free === undefined) return;
  const freeBytes = free + replacedBytes;
  let neededBytes = files.reduce((sum, { stored }) => sum + stored.sizeBytes, 0);
  for (const file of files) {
    if (neededBytes <= freeBytes) return;
    neededBytes -= await zeroBytes(file, context.vault);
  }
  if (neededBytes > freeBytes) throw new RestoreSpaceShortError({ neededBytes, freeBytes });
}

/** Of a damaged file all may be: it is not for this check to refuse it. */
async function zeroBytes({ stored }: PlannedFile, vault: RestoreVault): Promise<number> {
  await using reader = await vault.openFile(stored);
  let bytes = 0;
  try {
    for await (const extent of reader.extents?.() ?? []) if (extent.kind === "zero") bytes += extent.length;
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return stored.sizeBytes;
  }
  return bytes;
}
