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

type Source = Pick<Vault, "findPoint" | "points">;

/**
 * Several `latest:` are found with one reading of the vault's restore points, not with one each.
 * @throws {PointNotFoundError} @throws {PointAmbiguousError}
 */
export async function pointsWanted(
  vault: Source,
  wanted: PointsWish,
  signal: AbortSignal,
): Promise<PointsWanted> {
  const selectors = "points" in wanted ? wanted.points : [];
  const asksMachines = "allLatest" in wanted || selectors.filter(isLatest).length > 1;
  const unreadable: UnreadablePoint[] = [];
  const latest = asksMachines ? await latestOfAll(vault, { signal, unreadable }) : [];
  const ids =
    "allLatest" in wanted
      ? latest.map(({ id }) => id)
      : selectors.map((selector) => idOf(selector, latest) ?? selector);
  const points = new Map<string, RestorePoint>();
  for (const id of ids) {
    throwIfInterrupted(signal);
    try {
      const point = await vault.findPoint(id);
      points.set(point.id, point);
    } catch (error) {
      if (!(error instanceof VaultDamagedError)) throw error;
      lose(error, unreadable);
    }
  }
  if (points.size === 0 && unreadable.length === 0)
    throw new PointNotFoundError("Cannot find a restore point: the vault has none");
  return { points: [...points.values()], unreadable };
}

/** The newest restore point of each machine, by the machines' names. */
async function latestOfAll(
  vault: Source,
  { signal, unreadable }: { readonly signal: AbortSignal; readonly unreadable: UnreadablePoint[] },
): Promise<readonly RestorePointSummary[]> {
  const latest = new Map<string, RestorePointSummary>();
  for await (const point of vault.points({ onDamaged: (damage) => lose(damage, unreadable) })) {
    throwIfInterrupted(signal);
    latest.set(point.machine.id.toLowerCase(), point); // they come oldest first
  }
  return [...latest.values()].toSorted((a, b) => (a.machine.name < b.machine.name ? -1 : 1));
}

/** Undefined where the vault itself has to say what is wrong with the selector. */
function idOf(selector: string, latest: readonly RestorePointSummary[]): string | undefined {
  if (!isLatest(selector)) return undefined;
  const wanted = selector.slice(LATEST.length).toLowerCase();
  const byId = latest.find(({ machine }) => machine.id.toLowerCase() === wanted);
  const byName = latest.filter(({ machine }) => machine.name.toLowerCase() === wanted);
  return byId?.id ?? (byName.length === 1 ? byName[0]?.id : undefined);
}

function isLatest(selector: string): boolean {
  return selector.startsWith(LATEST);
}

function lose(damage: VaultDamagedError, unreadable: UnreadablePoint[]): void {
  const id = damage.object.slice(-32);
  if (unreadable.some((known) => known.id === id)) return;
  unreadable.push({ id, error: damage.cause instanceof VaultTooNewError ? damage.cause : damage });
}
