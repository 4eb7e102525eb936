import { throwIfInterrupted } from "../../base/index.ts";
import {
  PointNotFoundError,
  type RestorePoint,
  type RestorePointSummary,
  type Vault,
  VaultDamagedError,
  VaultTooNewError,
} from "../../vault/index.ts";

const LATEST = "latest:";

/** Which restore points: these (ids, unique prefixes, `latest:NAME`), or the newest of every machine. */
export type PointsWish = { readonly points: readonly string[] } | { readonly allLatest: true };

/** A restore point of the vault that cannot be read, where it may be among the wanted. */
export interface UnreadablePoint {
  readonly id: string;
  readonly error: unknown;
}

export interface PointsWanted {
  /** Each once, as they were asked for; of all machines in the order of their names. */
  readonly points: readonly RestorePoint[];
  readonly unreadable: readonly UnreadablePoint[];
}

type Source = Pick<Vault, "findPoint" | "points" | "readPoint">;

/** The newest restore point of a machine, and how many were listed before it. */
interface Newest {
  readonly summary: RestorePointSummary;
  readonly at: number;
}

/** What one reading of the vault's restore points has shown. */
interface Listed {
  /** By the machines' names. */
  readonly newest: readonly Newest[];
  readonly damaged: readonly { readonly damage: VaultDamagedError; readonly at: number }[];
}

/**
 * Several `latest:` are found with one reading of the vault's restore points, not with one each. One that cannot be read and is newer than
 * what was found may be the one that was meant: it is among the unreadable.
 * @throws {PointNotFoundError} @throws {PointAmbiguousError}
 */
export async function pointsWanted(
  vault: Source,
  wanted: PointsWish,
  signal: AbortSignal,
): Promise<PointsWanted> {
  const unreadable = new Map<string, UnreadablePoint>();
  const points = new Map<string, RestorePoint>();
  const selectors = "points" in wanted ? wanted.points : [];
  const listsAll = "allLatest" in wanted || selectors.filter(isLatest).length > 1;
  const listed = listsAll ? await listPoints(vault, signal) : { newest: [], damaged: [] };
  const found = "allLatest" in wanted ? listed.newest : selectors.map((one) => newestOf(one, listed) ?? one);
  const ats = found.flatMap((one) => (typeof one === "string" ? [] : one.at));
  const since = "allLatest" in wanted ? 0 : Math.min(...ats);
  for (const { damage, at } of listed.damaged) if (at > since) lose(damage, unreadable);
  for (const one of found) {
    throwIfInterrupted(signal);
    try {
      const point = typeof one === "string" ? await vault.findPoint(one) : await read(vault, one.summary);
      points.set(point.id, point);
    } catch (error) {
      if (!(error instanceof VaultDamagedError)) throw error;
      lose(error, unreadable);
    }
  }
  if (points.size + unreadable.size === 0)
    throw new PointNotFoundError("Cannot find a restore point: the vault has none");
  return { points: [...points.values()], unreadable: [...unreadable.values()] };
}

async function listPoints(vault: Source, signal: AbortSignal): Promise<Listed> {
  const newest = new Map<string, Newest>();
  const damaged: { readonly damage: VaultDamagedError; readonly at: number }[] = [];
  let at = 0;
  const onDamaged = (damage: VaultDamagedError): void => void damaged.push({ damage, at: ++at });
  for await (const summary of vault.points({ mayBeKept: true, onDamaged })) {
    throwIfInterrupted(signal);
    newest.set(summary.machine.id.toLowerCase(), { summary, at: ++at }); // they come oldest first
  }
  const name = ({ summary }: Newest): string => summary.machine.name;
  return { newest: [...newest.values()].toSorted((a, b) => (name(a) < name(b) ? -1 : 1)), damaged };
}

async function read(vault: Source, summary: RestorePointSummary): Promise<RestorePoint> {
  const point = await vault.readPoint(summary);
  if (point !== undefined) return point;
  throw new PointNotFoundError(
    `Cannot find restore point "${summary.id}" of ${summary.machine.name}: it was removed a moment ago`,
  );
}

/** Undefined where the vault itself has to say what is wrong with the selector. */
function newestOf(selector: string, { newest }: Listed): Newest | undefined {
  if (!isLatest(selector)) return undefined;
  const wanted = selector.slice(LATEST.length).toLowerCase();
  const byId = newest.find(({ summary }) => summary.machine.id.toLowerCase() === wanted);
  const byName = newest.filter(({ summary }) => summary.machine.name.toLowerCase() === wanted);
  return byId ?? (byName.length === 1 ? byName[0] : undefined);
}

function isLatest(selector: string): boolean {
  return selector.startsWith(LATEST);
}

function lose(damage: VaultDamagedError, unreadable: Map<string, UnreadablePoint>): void {
  const id = damage.object.slice(-32);
  const error = damage.cause instanceof VaultTooNewError ? damage.cause : damage;
  unreadable.set(id, { id, error });
}
