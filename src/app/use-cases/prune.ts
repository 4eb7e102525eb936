import { parseRestorePointId, type RestorePointId } from "../../base/index.ts";
import { applyRetention, type RetentionOptions, type RetentionRule } from "../../policy/index.ts";
import {
  PointAmbiguousError,
  type PruneReport,
  type RenewReport,
  type RestorePointSummary,
  type Vault,
  VaultDamagedError,
} from "../../vault/index.ts";
import { openVaultAt } from "../compose.ts";
import { RemovalTooLargeError } from "../errors.ts";
import type { UseCaseContext, VaultRequest } from "./context.ts";

export interface PruneRequest extends VaultRequest {
  /** What stays, of each machine by itself, and of what each write-only host stored by itself; each rule with the words that people know it by. None: everything. */
  readonly rules: readonly { readonly words: string; readonly rule: RetentionRule }[];
  readonly counting?: RetentionOptions["counting"];
  readonly timeZone: string;
  /** Only these machines' restore points may go; by name or id. Empty: all. */
  readonly machines: readonly string[];
  /** These go whatever the rules say: ids, unique prefixes, `latest:NAME`. */
  readonly remove: readonly string[];
  /** How long they can be taken back. */
  readonly trashDays: number;
  /** Without it nothing is changed. */
  readonly execute?: true | undefined;
  /** Go on although more than half of the restore points would go. */
  readonly allowMany?: true | undefined;
}

/** What becomes of a restore point. */
export interface PrunedPoint {
  readonly id: RestorePointId;
  readonly machine: { readonly id: string; readonly name: string };
  readonly time: string;
  readonly kept: boolean;
  /** Words of the rules that keep it, `newest`, `future`, `shared-id` where several objects have its id. */
  readonly because: readonly string[];
  /** Plain bytes that only this one needs; of those that stay. */
  readonly aloneBytes?: number | undefined;
}

export interface PruneOutcome {
  /** By machine, newest first. */
  readonly points: readonly PrunedPoint[];
  /** What the removal frees, as far as it can be told before. */
  readonly plannedBytesFreed: number;
  readonly packBytes: number;
  /** What keeps it from telling what restore points need that stay. */
  readonly unreadable: readonly VaultDamagedError[];
  /** Until when what goes can be taken back. */
  readonly until: Temporal.Instant;
  /** Absent where nothing was changed. */
  readonly report?: PruneReport | undefined;
  /** Of a vault whose objects are locked. */
  readonly locks?: RenewReport | undefined;
}

/** Below this many, half of them are few. */
const FEW = 4;

/** Shows what would go; with `execute` moves it into the trash, and removes what the trash has had for long enough. */
export async function runPrune(request: PruneRequest, context: UseCaseContext): Promise<PruneOutcome> {
  const { world, signal } = context;
  await using opened = await openVaultAt(request.vault, {
    world,
    passphrase: request.passphrase,
    stateDir: context.stateDir,
    events: context.events,
  });
  const vault = opened.value;
  const removed = await pointsToRemove(vault, request.remove);
  const shared = await vault.sharedIds();
  refuseShared(removed, shared);
  const points = await judge(vault, { ...request, removed, shared }, world.clock.now());
  const going = [...new Set([...removed, ...points.filter(({ kept }) => !kept).map(({ id }) => id)])];
  const plan = await vault.planRemoval(new Set(going), { signal });
  const until = world.clock.now().add({ hours: 24 * request.trashDays });
  const outcome: PruneOutcome = {
    points: points.map((point) => ({ ...point, aloneBytes: plan.aloneBytes.get(point.id) })),
    plannedBytesFreed: plan.bytesFreed,
    packBytes: plan.packBytes,
    unreadable: plan.unreadable,
    until,
  };
  if (request.execute !== true) return outcome;
  refuseMost(points, request);
  await vault.assertMayDelete();
  await vault.trashEach(going, { until });
  const report = await vault.prune({ signal });
  return { ...outcome, report, locks: await vault.renewLocks({ signal }) };
}

/** What a rule means of these stays; whoever names one is told. @throws {PointAmbiguousError} */
function refuseShared(removed: ReadonlySet<string>, shared: ReadonlySet<string>): void {
  const [named] = shared.intersection(removed);
  if (named === undefined) return;
  throw new PointAmbiguousError(`Cannot remove restore point "${named}": several objects have this id`);
}

/** Also those that are in the trash already: they may have to go sooner. @throws {PointNotFoundError} */
async function pointsToRemove(
  vault: Vault,
  selectors: readonly string[],
): Promise<ReadonlySet<RestorePointId>> {
  const removed = new Set<RestorePointId>();
  const trashed = selectors.length === 0 ? [] : await vault.trashed();
  for (const selector of selectors) {
    const inTrash = new Set(trashed.map(({ id }) => id).filter((id) => id === selector.toLowerCase()));
    for (const id of inTrash) removed.add(id);
    if (inTrash.size === 0) removed.add(await idOf(vault, selector));
  }
  return removed;
}

/** Also of a restore point that cannot be read: it can be removed all the same. */
async function idOf(vault: Vault, selector: string): Promise<RestorePointId> {
  try {
    return (await vault.findPoint(selector)).id;
  } catch (error) {
    const id = damagedPoint(error);
    if (id === undefined) throw error;
    return id;
  }
}

function damagedPoint(error: unknown): RestorePointId | undefined {
  const isPoint = error instanceof VaultDamagedError && error.object.startsWith("points/");
  return isPoint ? parseRestorePointId(error.object.slice(-32)) : undefined;
}

/** What is decided before any rule is asked. */
interface Decided {
  readonly removed: ReadonlySet<string>;
  /** Of `Vault.sharedIds`. */
  readonly shared: ReadonlySet<string>;
}

async function judge(
  vault: Vault,
  request: PruneRequest & Decided,
  now: Temporal.Instant,
): Promise<readonly PrunedPoint[]> {
  const machines = new Map<string, RestorePointSummary[]>();
  const onDamaged = (): void => {
    // the plan tells of it
  };
  for await (const point of vault.points({ onDamaged })) {
    const key = `${point.machine.id.toLowerCase()} ${point.storedBy ?? point.copyOf?.storedBy ?? ""}`;
    machines.set(key, [...(machines.get(key) ?? []), point]);
  }
  return [...machines.values()].flatMap((points) => judgeMachine(points, { ...request, now }));
}

function judgeMachine(
  points: readonly RestorePointSummary[],
  request: PruneRequest & Decided & { readonly now: Temporal.Instant },
): readonly PrunedPoint[] {
  const dated = points.map((point) => ({ point, time: Temporal.Instant.from(point.time) }));
  const { now, timeZone, counting, removed, shared } = request;
  const isMeant = points.some(({ machine }) => isWanted(machine, request.machines));
  const rules = isMeant ? request.rules.map(({ rule }) => rule) : [];
  return applyRetention(dated, { rules, now, timeZone, counting }).map((verdict) => {
    const { id, machine, time } = verdict.point.point;
    const because = verdict.because.map((reason) =>
      typeof reason === "number" ? (request.rules[reason]?.words ?? "") : reason,
    );
    if (shared.has(id)) because.push("shared-id");
    return { id, machine, time, kept: (verdict.kept || shared.has(id)) && !removed.has(id), because };
  });
}

function isWanted(
  machine: { readonly id: string; readonly name: string },
  wanted: readonly string[],
): boolean {
  const names = [machine.id.toLowerCase(), machine.name.toLowerCase()];
  return wanted.length === 0 || wanted.some((text) => names.includes(text.toLowerCase()));
}

/** Whether so many are rather a slip than a wish: more than half, where half of them are not few. */
export function isMostOf(going: number, all: number): boolean {
  return all >= FEW && going > all / 2;
}

/** A rule with a slip in it, or points that could not be listed, would take most of them: that wants a second word. */
function refuseMost(points: readonly PrunedPoint[], request: PruneRequest): void {
  const going = points.filter(({ kept }) => !kept).length;
  if (request.allowMany === true || !isMostOf(going, points.length)) return;
  throw new RemovalTooLargeError(
    `Cannot remove ${going} of ${points.length} restore points: that is more than half of them`,
    { going, of: points.length },
  );
}
