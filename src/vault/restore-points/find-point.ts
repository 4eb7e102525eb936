import { PointAmbiguousError, PointNotFoundError } from "../errors.ts";
import { isGone } from "../packs/get-or-damaged.ts";
import type { PointName, PointStore } from "./point-store.ts";
import type { RestorePoint } from "./restore-point.ts";

const LATEST = "latest:";
const SHORTEST_PREFIX = 4;

/**
 * The restore point that a person means: an id, a unique prefix of one, or `latest:` and a machine's name or id.
 * @throws {PointNotFoundError} @throws {PointAmbiguousError} @throws {VaultDamagedError}
 */
export async function findPoint(points: PointStore, selector: string): Promise<RestorePoint> {
  return selector.startsWith(LATEST)
    ? await latestPoint(points, selector.slice(LATEST.length))
    : await pointById(points, selector);
}

async function pointById(points: PointStore, selector: string): Promise<RestorePoint> {
  const prefix = selector.toLowerCase();
  const found: PointName[] = [];
  if (prefix.length >= SHORTEST_PREFIX) {
    for await (const name of points.names()) if (name.id.startsWith(prefix)) found.push(name);
  }
  if (found[0] === undefined) {
    throw new PointNotFoundError(
      `Cannot find restore point "${selector}": the vault has none that begins so`,
    );
  }
  if (found.length > 1) {
    throw new PointAmbiguousError(`Cannot choose restore point "${selector}": ${found.length} begin so`);
  }
  try {
    return await points.read(found[0]);
  } catch (error) {
    if (!isGone(error)) throw error;
    throw new PointNotFoundError(`Cannot find restore point "${selector}": it was removed a moment ago`, {
      cause: error,
    });
  }
}

async function latestPoint(points: PointStore, machine: string): Promise<RestorePoint> {
  const names = await Array.fromAsync(points.names());
  const machines = new Set<string>();
  let latest: RestorePoint | undefined;
  for (const name of names.toReversed()) {
    const point = await points.readIfThere(name);
    if (point === undefined || !isOfMachine(point, machine)) continue;
    if (point.machine.id.toLowerCase() === machine.toLowerCase()) return point;
    latest ??= point;
    machines.add(point.machine.id.toLowerCase());
  }
  if (machines.size > 1) {
    throw new PointAmbiguousError(
      `Cannot choose the latest restore point of "${machine}": ${machines.size} machines have this name, ${[...machines].join(" and ").toUpperCase()}`,
    );
  }
  if (latest === undefined) {
    throw new PointNotFoundError(`Cannot find a restore point of "${machine}": the vault has none`);
  }
  return latest;
}

/** Whether a restore point is of the machine with this id or name; neither minds upper and lower case. */
export function isOfMachine({ machine }: Pick<RestorePoint, "machine">, wanted: string): boolean {
  const lower = wanted.toLowerCase();
  return machine.id.toLowerCase() === lower || machine.name.toLowerCase() === lower;
}
