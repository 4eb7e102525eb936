import type { Entropy, EventSink, Notice } from "../base/index.ts";
import type { RestorePoint } from "../vault/index.ts";
import { checkTarget } from "./check-target.ts";
import {
  executeRestore,
  type RestoredFile,
  type RestoredFiles,
  type UnreadFileRange,
} from "./execute-restore.ts";
import { readParentLinks } from "./parent-links.ts";
import { planRestore, type RestorePlan } from "./plan-restore.ts";
import type { RestoreTarget, RestoreVault } from "./ports.ts";
import type { Naming } from "./target-name.ts";

/** How and where restore points are brought back. */
export interface RestoreOptions {
  readonly vault: RestoreVault;
  readonly target: RestoreTarget;
  /** `export`: as Hyper-V's own export lays files out. `exact`: every byte under its original path. */
  readonly layout: "export" | "exact";
  /** The rules of the machine that this runs on. */
  readonly naming: Naming;
  readonly overwrite?: true | undefined;
  /** Write whatever the file system says of its free space: it may compress. */
  readonly ignoreSpace?: true | undefined;
  /** Of damaged files, bring back what can be read: the rest is zeros, and a report beside each lists it. */
  readonly salvage?: true | undefined;
  /** Told of every stretch that could not be read, file by file, in file order. */
  readonly onUnread?: ((range: UnreadFileRange) => void) | undefined;
  readonly entropy: Entropy;
  readonly events: EventSink;
  /** Id of the run; also the id of the root step of its events. */
  readonly run: string;
  readonly signal?: AbortSignal | undefined;
}

export interface RestoreToFolderOptions extends RestoreOptions {
  readonly point: RestorePoint;
}

/** The fields of the `restore` summary that scripts rely on, and what people should know. */
export interface RestoreOutcome {
  readonly machine: { readonly id: string; readonly name: string };
  readonly files: readonly RestoredFile[];
  /** False when something of a file could not be read. */
  readonly whole: boolean;
  readonly bytesWritten: number;
  /** Paths of the differencing disks whose parent locator was rewritten: all else is byte for byte as it was held. */
  readonly rewritten: readonly string[];
  readonly warnings: readonly Notice[];
}

/**
 * Brings a restore point into a folder. Refuses before the first byte what cannot be done; what fails later leaves files
 * that are whole, and none that only looks so.
 *
 * @throws {RestoreFolderNotEmptyError} @throws {RestorePlaceTakenError} @throws {RestoreSpaceShortError} @throws {RestoredFileWrongError}
 */
export async function restoreToFolder(options: RestoreToFolderOptions): Promise<RestoreOutcome> {
  const { point, events, run } = options;
  const subject = point.machine.name;
  events({ type: "step-started", step: run, name: "restore", subject, totalBytes: point.bytes });
  try {
    const plan = await planPoint(point, options);
    for (const notice of plan.warnings) events({ type: "step-warning", step: run, notice });
    await checkTarget([plan], options);
    const onProgress = (doneBytes: number): void => {
      events({ type: "step-progress", step: run, doneBytes, totalBytes: plan.totalBytes });
    };
    onProgress(0);
    const [restored] = await executeRestore([{ plan, step: run }], { ...options, onProgress });
    if (restored?.error !== undefined) throw restored.error;
    const outcome = outcomeOf(plan, restored ?? NOTHING);
    events({ type: "step-ended", step: run, outcome: "done" });
    return outcome;
  } catch (error) {
    events({ type: "step-ended", step: run, outcome: "failed" });
    throw error;
  }
}

const NOTHING: RestoredFiles = { files: [], bytesWritten: 0, rewritten: [], warnings: [] };

/** Says where the files of a restore point go; for Hyper-V's layout the disks' headers are read. */
export async function planPoint(
  point: RestorePoint,
  options: Pick<RestoreOptions, "vault" | "layout" | "naming" | "salvage" | "signal">,
): Promise<RestorePlan> {
  const { vault, layout, naming } = options;
  const links = layout === "exact" ? undefined : await readParentLinks(vault, point, options);
  return planRestore(point, { layout, naming, links });
}

export function outcomeOf(plan: RestorePlan, restored: RestoredFiles): RestoreOutcome {
  const { files, bytesWritten, rewritten } = restored;
  return {
    machine: plan.machine,
    files,
    whole: files.every(({ salvaged }) => salvaged === undefined),
    bytesWritten,
    rewritten,
    warnings: [...plan.warnings, ...restored.warnings],
  };
}
