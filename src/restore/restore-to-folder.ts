import type { Entropy, EventSink, Notice } from "../base/index.ts";
import type { RestorePoint } from "../vault/index.ts";
import { executeRestore, type RestoredFile } from "./execute-restore.ts";
import { readParentLinks } from "./parent-links.ts";
import { planRestore } from "./plan-restore.ts";
import type { RestoreTarget, RestoreVault } from "./ports.ts";
import type { Naming } from "./target-name.ts";

export interface RestoreToFolderOptions {
  readonly vault: RestoreVault;
  readonly point: RestorePoint;
  readonly target: RestoreTarget;
  /** `export`: as Hyper-V's own export lays files out. `exact`: every byte under its original path. */
  readonly layout: "export" | "exact";
  /** The rules of the machine that this runs on. */
  readonly naming: Naming;
  readonly overwrite?: true | undefined;
  readonly entropy: Entropy;
  readonly events: EventSink;
  /** Id of the run; also the id of the root step of its events. */
  readonly run: string;
  readonly signal?: AbortSignal | undefined;
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
 */
export async function restoreToFolder(options: RestoreToFolderOptions): Promise<RestoreOutcome> {
  const { vault, point, events, run } = options;
  const subject = point.machine.name;
  events({ type: "step-started", step: run, name: "restore", subject, totalBytes: point.bytes });
  try {
    const links = options.layout === "exact" ? undefined : await readParentLinks(vault, point, options);
    const plan = planRestore(point, { layout: options.layout, naming: options.naming, links });
    for (const notice of plan.warnings) events({ type: "step-warning", step: run, notice });
    const { files, bytesWritten } = await executeRestore(plan, { ...options, step: run });
    const rewritten = plan.files.filter((file) => file.newParent !== undefined).map((file) => file.path);
    events({ type: "step-ended", step: run, outcome: "done" });
    return { machine: plan.machine, files, bytesWritten, rewritten, warnings: plan.warnings };
  } catch (error) {
    events({ type: "step-ended", step: run, outcome: "failed" });
    throw error;
  }
}
