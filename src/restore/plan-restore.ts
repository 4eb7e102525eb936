import type { Notice } from "../base/index.ts";
import type { RestorePoint, StoredFile } from "../vault/index.ts";
import { RestorePathCollisionError } from "./errors.ts";
import { exportPlace } from "./export-place.ts";
import { originalPlace } from "./original-place.ts";
import type { ParentLinks } from "./parent-links.ts";
import { checkTargetName, type Naming, targetNameKey } from "./target-name.ts";

export interface PlanOptions {
  /** `export`: as Hyper-V's own export lays files out. `exact`: every file under its original path. */
  readonly layout: "export" | "exact";
  readonly naming: Naming;
  /** Which disk is whose parent; not needed for `exact`, which changes no file. */
  readonly links?: ParentLinks | undefined;
}

/** A file on its way back. */
export interface PlannedFile {
  readonly stored: StoredFile;
  /** Below the folder, with `/` between names. */
  readonly path: string;
  /** The relative path that the parent locator gets, in Hyper-V's form; undefined where the file stays as it was. */
  readonly newParent: string | undefined;
}

export interface RestorePlan {
  readonly machine: { readonly id: string; readonly name: string };
  readonly point: Pick<RestorePoint, "id" | "time">;
  readonly files: readonly PlannedFile[];
  readonly totalBytes: number;
  readonly warnings: readonly Notice[];
}

/**
 * Says where each file goes. Nothing is read or written; every refusal comes before the first byte.
 *
 * @throws {RestorePathUnsafeError} @throws {RestoreNameUnusableError} @throws {RestorePathCollisionError}
 */
export function planRestore(point: RestorePoint, options: PlanOptions): RestorePlan {
  const places =
    options.layout === "exact"
      ? point.files.map((file) => originalPlace(file.path))
      : distinct(point.files.map((file) => exportPlace(file, point)));
  const targets = new Map<string, readonly string[]>();
  for (const [at, names] of places.entries()) {
    const { path } = point.files[at] as StoredFile;
    for (const name of names) checkTargetName(name, path, options.naming);
    targets.set(path, names);
  }
  refuseCollisions(point.files, targets, options.naming);
  const warnings: Notice[] = [];
  const files = point.files.map((stored) => ({
    stored,
    path: (targets.get(stored.path) as readonly string[]).join("/"),
    newParent: options.layout === "exact" ? undefined : newParent(stored, { targets, options, warnings }),
  }));
  const totalBytes = files.reduce((sum, file) => sum + file.stored.sizeBytes, 0);
  const { id, time, machine } = point;
  return { machine, point: { id, time }, files, totalBytes, warnings };
}

/** Gives names that come up again a number, so that they differ on every file system. */
function distinct(places: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const taken = new Set<string>();
  return places.map((names) => {
    const folder = names.slice(0, -1);
    const name = names.at(-1) as string;
    const dot = name.lastIndexOf(".") <= 0 ? name.length : name.lastIndexOf(".");
    let candidate = name;
    for (let n = 2; taken.has(key([...folder, candidate], "windows")); n++) {
      candidate = `${name.slice(0, dot)}-${n}${name.slice(dot)}`;
    }
    taken.add(key([...folder, candidate], "windows"));
    return [...folder, candidate];
  });
}

function key(names: readonly string[], naming: Naming): string {
  return names.map((name) => targetNameKey(name, naming)).join("/");
}

/** A place is taken by a file, or by a folder that another file needs. */
function refuseCollisions(
  files: readonly StoredFile[],
  targets: ReadonlyMap<string, readonly string[]>,
  naming: Naming,
): void {
  const owners = new Map<string, string>();
  const refuse = (path: string, otherPath: string): never => {
    throw new RestorePathCollisionError(
      `Cannot restore "${path}": "${otherPath}" would have the same place here`,
      { path, otherPath },
    );
  };
  for (const { path } of files) {
    const place = key(targets.get(path) ?? [], naming);
    const owner = owners.get(place);
    if (owner !== undefined) refuse(path, owner);
    owners.set(place, path);
  }
  for (const { path } of files) {
    const names = targets.get(path) ?? [];
    for (let depth = 1; depth < names.length; depth++) {
      const owner = owners.get(key(names.slice(0, depth), naming));
      if (owner !== undefined) refuse(path, owner);
    }
  }
}

interface RewriteContext {
  readonly targets: ReadonlyMap<string, readonly string[]>;
  readonly options: PlanOptions;
  readonly warnings: Notice[];
}

/** Left alone as long as the relative path in the file leads to the parent's new place. */
function newParent(child: StoredFile, context: RewriteContext): string | undefined {
  const { targets, options, warnings } = context;
  const link = options.links?.get(child.path);
  if (link === undefined) return undefined;
  const parentNames = link.parentPath === undefined ? undefined : targets.get(link.parentPath);
  if (parentNames === undefined) {
    warnings.push({
      code: "parent-not-in-point",
      message: `"${child.path}" has a parent disk that the restore point has not`,
    });
    return undefined;
  }
  const childNames = targets.get(child.path) ?? [];
  const led = link.relativePath && resolve(childNames, link.relativePath);
  if (led && key(led, options.naming) === key(parentNames, options.naming)) return undefined;
  if (link.format === "vhdx") return relative(childNames, parentNames);
  warnings.push({
    code: "parent-locator-not-rewritten",
    message: `"${childNames.join("/")}" is a VHD whose parent is "${parentNames.join("/")}" now; the path in it leads elsewhere and was left as it was`,
  });
  return undefined;
}

/** Where a relative path in Windows' form leads from a file; undefined when it climbs out. */
function resolve(from: readonly string[], written: string): readonly string[] | undefined {
  const names = from.slice(0, -1);
  for (const name of written.split(/[\\/]/).filter((part) => part !== "" && part !== ".")) {
    if (name !== "..") names.push(name);
    else if (names.pop() === undefined) return undefined;
  }
  return names;
}

function relative(from: readonly string[], to: readonly string[]): string {
  const folder = from.slice(0, -1);
  let same = 0;
  while (same < folder.length && same < to.length - 1 && folder[same] === to[same]) same++;
  const up = folder.slice(same).map(() => "..");
  return [...(up.length === 0 ? ["."] : up), ...to.slice(same)].join("\\");
}
