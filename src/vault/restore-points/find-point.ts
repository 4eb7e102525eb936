import { parseGuid } from "../../base/index.ts";
import { damageIn, PointAmbiguousError, PointNotFoundError, VaultDamagedError } from "../errors.ts";
import { isGone } from "../packs/get-or-damaged.ts";
import type { PointDigest } from "./point-digest.ts";
import type { PointName, PointStore } from "./point-store.ts";
import type { RestorePoint } from "./restore-point.ts";

const LATEST = "latest:";
const SHORTEST_PREFIX = 4;
/** A machine's newest restore point is nearly always one of the last: so many are opened before all are listed. */
const OPENED_FIRST = 2048;

/** Where restore points are looked for. */
export interface PointSource {
  readonly points: Pick<PointStore, "names" | "read" | "readIfThere">;
  /** All that there are, oldest first, each as a list shows it or as the damage of it. */
  readonly list: () => AsyncIterable<PointDigest | VaultDamagedError>;
}

/**
 * The restore point that a person means: an id, a unique prefix of one, or `latest:` and a machine's name or id.
 * @throws {PointNotFoundError} @throws {PointAmbiguousError} @throws {VaultDamagedError}
 */
export async function findPoint(source: PointSource, selector: string): Promise<RestorePoint> {
  return selector.startsWith(LATEST)
    ? await latestPoint(source, selector.slice(LATEST.length))
    : await pointById(source, selector);
}

async function pointById({ points }: PointSource, selector: string): Promise<RestorePoint> {
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
  if (found.length > 1 && found.every(({ id }) => id === prefix))
    return await theWholeOne(points, found, selector);
  if (found.length > 1) {
    throw new PointAmbiguousError(`Cannot choose restore point "${selector}": ${found.length} begin so`);
  }
  return await readFound(points, found[0], selector);
}

/** Of several objects with one id, of which no full-key holder put one: that which is a restore point, when one is. */
async function theWholeOne(
  points: PointSource["points"],
  names: readonly PointName[],
  selector: string,
): Promise<RestorePoint> {
  const whole: RestorePoint[] = [];
  let damaged: VaultDamagedError | undefined;
  for (const name of names) {
    try {
      const point = await points.readIfThere(name);
      if (point !== undefined) whole.push(point);
    } catch (error) {
      damaged = damageIn(error);
    }
  }
  if (whole[0] !== undefined && whole.length === 1) return whole[0];
  if (whole.length === 0 && damaged !== undefined) throw damaged;
  throw new PointAmbiguousError(
    `Cannot choose restore point "${selector}": ${whole.length} have this id, stored by the hosts ${whole.map(({ storedBy }) => storedBy).join(" and ")}`,
  );
}

async function latestPoint(source: PointSource, machine: string): Promise<RestorePoint> {
  const near = parseGuid(machine) === undefined ? undefined : await latestById(source.points, machine);
  if (near !== undefined) return near;
  const found = await latestListed(source.list(), machine);
  if (found === undefined) {
    throw new PointNotFoundError(`Cannot find a restore point of "${machine}": the vault has none`);
  }
  return await readFound(source.points, found, `${LATEST}${machine}`);
}

/** Among the newest restore points of the vault. */
async function latestById(points: PointSource["points"], id: string): Promise<RestorePoint | undefined> {
  const names = await Array.fromAsync(points.names());
  for (const name of names.slice(-OPENED_FIRST).toReversed()) {
    const point = await points.readIfThere(name);
    if (point !== undefined && isSame(point.machine.id, id)) return point;
  }
  return undefined;
}

/** @throws {VaultDamagedError} when one that cannot be read is newer: it may be of this machine */
async function latestListed(
  list: AsyncIterable<PointDigest | VaultDamagedError>,
  wanted: string,
): Promise<PointDigest | undefined> {
  let [byId, byName, damaged]: Partial<[PointDigest, PointDigest, VaultDamagedError]> = [];
  const machines = new Set<string>();
  for await (const each of list) {
    if (each instanceof VaultDamagedError) {
      damaged = each;
      continue;
    }
    const { machine } = each.summary;
    const isById = isSame(machine.id, wanted);
    if (isById) byId = each;
    else if (byId !== undefined || !isSame(machine.name, wanted)) continue;
    else byName = each;
    if (!isById) machines.add(machine.id.toLowerCase());
    damaged = undefined; // what is older does not matter
  }
  if (damaged !== undefined) throw damaged;
  if (byId !== undefined) return byId;
  if (machines.size > 1) {
    throw new PointAmbiguousError(
      `Cannot choose the latest restore point of "${wanted}": ${machines.size} machines have this name, ${[...machines].join(" and ").toUpperCase()}`,
    );
  }
  return byName;
}

/** @throws {PointNotFoundError} when it went since it was listed */
async function readFound(
  points: PointSource["points"],
  found: Pick<PointName, "object">,
  selector: string,
): Promise<RestorePoint> {
  try {
    return await points.read(found);
  } catch (error) {
    if (!isGone(error)) throw error;
    throw new PointNotFoundError(`Cannot find restore point "${selector}": it was removed a moment ago`, {
      cause: error,
    });
  }
}

/** Whether a restore point is of the machine with this id or name; neither minds upper and lower case. */
export function isOfMachine({ machine }: Pick<RestorePoint, "machine">, wanted: string): boolean {
  return isSame(machine.id, wanted) || isSame(machine.name, wanted);
}

function isSame(some: string, other: string): boolean {
  return some.toLowerCase() === other.toLowerCase();
}
