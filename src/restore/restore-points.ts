import { type EventSink, forEachBounded } from "../base/index.ts";
import { type RestorePoint, VaultDamagedError } from "../vault/index.ts";
import { checkTarget } from "./check-target.ts";
import { RestorePathCollisionError } from "./errors.ts";
import { type DuePlan, executeRestore, type RestoredFiles } from "./execute-restore.ts";
import type { PlannedFile, RestorePlan } from "./plan-restore.ts";
import { pointFolders } from "./point-folders.ts";
import { outcomeOf, planPoint, type RestoreOptions, type RestoreOutcome } from "./restore-to-folder.ts";
import { type Naming, targetNameKey } from "./target-name.ts";

/** Each waits for a few chunks of each disk, one behind the other. */
const PLANS_AT_ONCE = 8;

export interface RestorePointsOptions extends RestoreOptions {
  /** Each once. */
  readonly points: readonly RestorePoint[];
}

/** What names a restore point to people. */
export type PointFacts = Pick<RestorePoint, "id" | "machine" | "time">;

/** A restore point that was brought back. */
export interface PointRestored extends RestoreOutcome {
  readonly point: PointFacts;
  /** Below the folder that all went into; empty for that one itself. */
  readonly folder: string;
}

/** A restore point that was not, or not in all. */
export interface PointFailed {
  readonly point: PointFacts;
  /** Files that are whole all the same. */
  readonly files: RestoreOutcome["files"];
  readonly error: unknown;
}

/** What became of several restore points. */
export interface RestoredPoints {
  readonly restored: readonly PointRestored[];
  readonly failed: readonly PointFailed[];
}

/** A restore point with its plan, or with what keeps it from having one. */
interface Planned {
  readonly point: PointFacts;
  readonly folder: string;
  readonly plan: RestorePlan | undefined;
  readonly error?: unknown;
}

/**
 * Brings several restore points into one folder: each into a folder of its own there, named for its machine; with `exact`, where paths
 * tell machines apart, all below the folder itself, and a file that several have in common once. What cannot be done is refused before
 * the first byte of any; later, one that fails never stops the others. Paths begin with the restore point's folder.
 *
 * @throws {RestorePathCollisionError} @throws {RestoreFolderNotEmptyError} @throws {RestorePlaceTakenError} @throws {RestoreSpaceShortError}
 */
export async function restorePoints(options: RestorePointsOptions): Promise<RestoredPoints> {
  const { points, events, run } = options;
  const sizeBytes = points.reduce((sum, { bytes }) => sum + bytes, 0);
  events({ type: "step-started", step: run, name: "restore-points", totalBytes: sizeBytes });
  let outcome: "done" | "failed" = "failed";
  try {
    const planned = await planAll(options);
    const plans = planned.flatMap(({ plan }) => plan ?? []);
    refuseShared(plans, options.naming);
    await checkTarget(plans, options);
    const result = await restoreAll(planned, options);
    if (result.failed.length === 0) outcome = "done";
    return result;
  } finally {
    events({ type: "step-ended", step: run, outcome });
  }
}

/** A restore point whose disks cannot be read because the vault is damaged has no plan; the others have. */
async function planAll(options: RestorePointsOptions): Promise<readonly Planned[]> {
  const { points, layout, naming, signal } = options;
  const folders = layout === "exact" ? points.map(() => "") : pointFolders(points, naming);
  const planned: Planned[] = [];
  const refusals: unknown[] = [];
  const plan = async ([at, restorePoint]: readonly [number, RestorePoint]): Promise<void> => {
    const { id, machine, time } = restorePoint;
    const about = { point: { id, machine, time }, folder: folders[at] as string };
    try {
      planned[at] = { ...about, plan: below(about.folder, await planPoint(restorePoint, options)) };
    } catch (error) {
      if (error instanceof VaultDamagedError) planned[at] = { ...about, plan: undefined, error };
      else refusals.push(error);
    }
  };
  await forEachBounded(points.entries(), plan, { limit: PLANS_AT_ONCE, signal });
  if (refusals.length > 0) throw refusals[0];
  return planned;
}

function below(folder: string, plan: RestorePlan): RestorePlan {
  if (folder === "") return plan;
  return { ...plan, files: plan.files.map((file) => ({ ...file, path: `${folder}/${file.path}` })) };
}

/** Machines may share a disk, which is one file then; two files that differ cannot have one place. */
function refuseShared(plans: readonly RestorePlan[], naming: Naming): void {
  const keyOf = (path: string): string =>
    path
      .split("/")
      .map((name) => targetNameKey(name, naming))
      .join("/");
  const owners = new Map<string, { readonly plan: RestorePlan; readonly file: PlannedFile }>();
  for (const plan of plans) {
    for (const file of plan.files) {
      const key = keyOf(file.path);
      const owner = owners.get(key);
      if (owner === undefined) owners.set(key, { plan, file });
      else if (owner.file.path !== file.path || !isSameContent(owner.file, file))
        throw collision({ plan, file }, owner);
    }
  }
  for (const plan of plans) {
    for (const file of plan.files) {
      const names = keyOf(file.path).split("/");
      for (let depth = 1; depth < names.length; depth++) {
        const owner = owners.get(names.slice(0, depth).join("/"));
        if (owner !== undefined) throw collision({ plan, file }, owner);
      }
    }
  }
}

function isSameContent(a: PlannedFile, b: PlannedFile): boolean {
  const [one, other] = [a.stored.recipe, b.stored.recipe];
  return (
    one.root === other.root &&
    one.level === other.level &&
    one.sizeBytes === other.sizeBytes &&
    a.newParent === b.newParent
  );
}

type Owned = { readonly plan: RestorePlan; readonly file: PlannedFile };

function collision(one: Owned, other: Owned): RestorePathCollisionError {
  const [path, otherPath] = [one.file.stored.path, other.file.stored.path];
  return new RestorePathCollisionError(
    `Cannot restore "${path}" of ${one.plan.machine.name}: "${otherPath}" of ${other.plan.machine.name} would have the same place here`,
    { path, otherPath },
  );
}

async function restoreAll(
  planned: readonly Planned[],
  options: RestorePointsOptions,
): Promise<RestoredPoints> {
  const { events, run } = options;
  const ready = planned.flatMap((one) => (one.plan === undefined ? [] : { ...one, plan: one.plan }));
  const totalBytes = ready.reduce((sum, { plan }) => sum + plan.totalBytes, 0);
  const onProgress = (doneBytes: number): void => {
    events({ type: "step-progress", step: run, doneBytes, totalBytes });
  };
  onProgress(0);
  const due = ready.map(({ point, plan }, at) => duePlan({ point, plan }, { events, run, at }));
  const results = await executeRestore(due, { ...options, onProgress });
  const restored: PointRestored[] = [];
  const failed: PointFailed[] = planned
    .filter(({ plan }) => plan === undefined)
    .map(({ point, error }) => ({ point, files: [], error }));
  for (const [at, { point, folder, plan }] of ready.entries()) {
    const result = results[at] as RestoredFiles;
    const { error, files } = result;
    if (error !== undefined) failed.push({ point, files, error });
    else restored.push({ ...outcomeOf(plan, result), point, folder });
  }
  return { restored, failed };
}

/** Events of one restore point. Those that have no turn any more have no step. */
function duePlan(
  { point, plan }: { readonly point: PointFacts; readonly plan: RestorePlan },
  { events, run, at }: { readonly events: EventSink; readonly run: string; readonly at: number },
): DuePlan {
  const step = `${run}/${at + 1}`;
  const subject = `${point.machine.name}, ${point.time}`;
  const { totalBytes } = plan;
  return {
    plan,
    step,
    onBegin: () => {
      events({ type: "step-started", step, parent: run, name: "restore", subject, totalBytes });
      for (const notice of plan.warnings) events({ type: "step-warning", step, notice });
    },
    onEnd: (outcome) => events({ type: "step-ended", step, outcome }),
  };
}
