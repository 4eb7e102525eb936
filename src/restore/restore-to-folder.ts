import type { Entropy, EventSink, Notice } from "../base/index.ts";
import type { RestorePoint } from "../vault/index.ts";
import { checkTarget } from "./check-target.ts";
import { executeRestore, type RestoredFile } from "./execute-restore.ts";
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
    events({ type: "step-ended", step: run, outcome: "done" });
    return outcomeOf(plan, { files: restored?.files ?? [], bytesWritten: restored?.bytesWritten ?? 0 });
  } catch (error) {
    events({ type: "step-ended", step: run, outcome: "failed" });
    throw error;
  }
}

/** Says where the files of a restore point go; for Hyper-V's layout the disks' headers are read. */
export async function planPoint(
  point: RestorePoint,
  options: Pick<RestoreOptions, "vault" | "layout" | "naming" | "signal">,
): Promise<RestorePlan> {
  const { vault, layout, naming } = options;
  const links = layout === "exact" ? undefined : await readParentLinks(vault, point, options);
  return planRestore(point, { layout, naming, links });
}

export function outcomeOf(
  plan: RestorePlan,
  written: Pick<RestoreOutcome, "files" | "bytesWritten">,
): RestoreOutcome {
  const rewritten = plan.files.filter((file) => file.newParent !== undefined).map((file) => file.path);
  return { machine: plan.machine, ...written, rewritten, warnings: plan.warnings };
}
