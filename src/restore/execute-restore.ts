import { type Entropy, type EventSink, throwIfInterrupted } from "../base/index.ts";
import { rewriteParentLocator } from "../formats/vhdx/index.ts";
import { RestoredFileWrongError, RestoreFolderNotEmptyError } from "./errors.ts";
import type { PlannedFile, RestorePlan } from "./plan-restore.ts";
import type { RestoreTarget, RestoreVault } from "./ports.ts";

export interface ExecuteRestoreOptions {
  readonly vault: RestoreVault;
  readonly target: RestoreTarget;
  /** Replace what lies at the places of the files; without it the folder must be empty or absent. */
  readonly overwrite?: true | undefined;
  /** For the new write identity of a file whose parent locator is rewritten. */
  readonly entropy: Entropy;
  readonly events: EventSink;
  /** The step that progress belongs to; each file becomes a step below it. */
  readonly step: string;
  /** Checked between pieces of a file; the file that is being written is removed. */
  readonly signal?: AbortSignal | undefined;
}

export interface RestoredFile {
  /** Below the folder, with `/` between names. */
  readonly path: string;
  readonly bytes: number;
}

export interface RestoredFiles {
  readonly files: readonly RestoredFile[];
  /** Bytes that were really written: zeros that a file system can leave out are not. */
  readonly bytesWritten: number;
}

/**
 * Writes the files of a plan, one after the other; inside a file, the vault works in parallel. Every chunk is
 * authenticated, and a file gets its name only when all of it is there and durable: until then it ends in `.partial`.
 *
 * @throws {RestoreFolderNotEmptyError} @throws {RestoredFileWrongError}
 */
export async function executeRestore(
  plan: RestorePlan,
  options: ExecuteRestoreOptions,
): Promise<RestoredFiles> {
  const { target, events, step } = options;
  const occupant = options.overwrite === true ? undefined : await firstFile(target, "");
  if (occupant !== undefined) {
    throw new RestoreFolderNotEmptyError(
      `Cannot restore into the folder: it is not empty, "${occupant}" is there`,
    );
  }
  events({ type: "step-progress", step, doneBytes: 0, totalBytes: plan.totalBytes });
  const taken = new Set(plan.files.map((file) => file.path));
  const files: RestoredFile[] = [];
  let [bytesWritten, doneBytes] = [0, 0];
  for (const [at, file] of plan.files.entries()) {
    throwIfInterrupted(options.signal);
    const fileStep = `${step}/${at + 1}`;
    const bytes = file.stored.sizeBytes;
    const subject = file.path;
    events({
      type: "step-started",
      step: fileStep,
      parent: step,
      name: "write-file",
      subject,
      totalBytes: bytes,
    });
    try {
      const partial = partialName(file.path, taken);
      bytesWritten += await writeFile(file, { ...options, partial, doneBytes });
    } catch (error) {
      events({ type: "step-ended", step: fileStep, outcome: "failed" });
      throw error;
    }
    doneBytes += bytes;
    events({ type: "step-progress", step, doneBytes });
    events({ type: "step-ended", step: fileStep, outcome: "done" });
    files.push({ path: file.path, bytes });
  }
  return { files, bytesWritten };
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

interface WriteContext extends ExecuteRestoreOptions {
  readonly partial: string;
  /** Of the files before this one. */
  readonly doneBytes: number;
}

async function writeFile(file: PlannedFile, context: WriteContext): Promise<number> {
  const { target, partial } = context;
  if (context.overwrite === true) await target.remove(partial);
  let bytesWritten: number;
  try {
    bytesWritten = await writePartial(file, context);
  } catch (error) {
    await removeAfter(error, async () => {
      await target.remove(partial);
    });
    throw error;
  }
  await target.rename(partial, file.path);
  return bytesWritten;
}

async function writePartial(file: PlannedFile, context: WriteContext): Promise<number> {
  const { vault, target, events, step, signal, doneBytes } = context;
  await using reader = await vault.openFile(file.stored);
  if (reader.sizeBytes !== file.stored.sizeBytes) throw wrongSize(file, reader.sizeBytes);
  await using store = await target.create(context.partial);
  const { bytesWritten } = await reader.copyTo(store, {
    ...(signal && { signal }),
    onProgress: (done) => {
      events({ type: "step-progress", step, doneBytes: doneBytes + done });
    },
  });
  await store.flush();
  const sizeBytes = (await target.stat(context.partial))?.sizeBytes;
  if (sizeBytes !== file.stored.sizeBytes) throw wrongSize(file, sizeBytes);
  if (file.newParent !== undefined) {
    await rewriteParentLocator(store, { relativePath: file.newParent, entropy: context.entropy, signal });
    await store.flush();
  }
  return bytesWritten;
}

/** Cleans up; when that fails too, neither error hides the other. */
async function removeAfter(error: unknown, remove: () => Promise<void>): Promise<void> {
  try {
    await remove();
  } catch (second) {
    throw new SuppressedError(second, error, "removing what was half written failed too");
  }
}

/** A name beside the file that no other file of the plan has. */
function partialName(path: string, taken: ReadonlySet<string>): string {
  let name = `${path}.partial`;
  while (taken.has(name)) name += ".partial";
  return name;
}

function wrongSize(file: PlannedFile, found: number | undefined): RestoredFileWrongError {
  return new RestoredFileWrongError(
    `Cannot restore "${file.stored.path}": it has ${found ?? "no"} bytes, not ${file.stored.sizeBytes}`,
    { path: file.stored.path },
  );
}
