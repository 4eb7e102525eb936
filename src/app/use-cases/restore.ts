import {
  type PointFailed,
  type RestoredPoints,
  type RestoreOptions,
  type RestoreOutcome,
  restorePoints,
  restoreToFolder,
  type UnreadFileRange,
} from "../../restore/index.ts";
import type { Vault } from "../../vault/index.ts";
import { newRunId, openRestoreFolder, openVaultAt } from "../compose.ts";
import type { UseCaseContext, VaultRequest } from "./context.ts";
import { type PointsWish, pointsWanted, type UnreadablePoint } from "./points-wanted.ts";
import { type IfStored, Storers } from "./storers.ts";

/** Where to and how. */
export interface RestorePlace extends VaultRequest {
  readonly toFolder: string;
  readonly layout: "export" | "exact";
  readonly overwrite?: true | undefined;
  /** Write whatever the file system says of its free space. */
  readonly ignoreSpace?: true | undefined;
  /** Of damaged files, bring back what can be read. */
  readonly salvage?: true | undefined;
  /** Told of every stretch that could not be read, file by file, in file order. */
  readonly onUnread?: ((range: UnreadFileRange) => void) | undefined;
}

export interface RestoreRequest extends RestorePlace {
  readonly point: string;
}

export interface RestoreSeveralRequest extends RestorePlace {
  readonly wanted: PointsWish;
}

/** Which restore point it was, and who stored it. */
export type RestoredPoint = RestoreOutcome & {
  readonly point: string;
  readonly time: string;
} & IfStored;

export interface RestoreSeveralResult {
  readonly restored: readonly (RestoredPoints["restored"][number] & IfStored)[];
  /** Those too that the vault cannot even name: of these nothing but the id is known. */
  readonly failed: readonly (PointFailed | UnreadablePoint)[];
}

/** Brings a restore point's files back into a folder. */
export async function runRestore(request: RestoreRequest, context: UseCaseContext): Promise<RestoredPoint> {
  return await withVault(request, context, async (vault) => {
    const point = await vault.findPoint(request.point);
    const storer = await new Storers(vault).of(point);
    const restored = await restoreToFolder({ ...optionsOf(request, context), vault, point });
    return { point: point.id, time: point.time, ...storer, ...restored };
  });
}

/** Brings several restore points back, each into a folder of its own below one; the vault is opened once. */
export async function runRestoreSeveral(
  request: RestoreSeveralRequest,
  context: UseCaseContext,
): Promise<RestoreSeveralResult> {
  return await withVault(request, context, async (vault) => {
    const { points, unreadable } = await pointsWanted(vault, request.wanted, context.signal);
    const storers = new Storers(vault);
    const stored = new Map<string, IfStored>();
    for (const point of points) stored.set(point.id, (await storers.of(point)) ?? {});
    const result = await restorePoints({ ...optionsOf(request, context), vault, points });
    const restored = result.restored.map((one) => ({ ...one, ...stored.get(one.point.id) }));
    return { restored, failed: [...unreadable, ...result.failed] };
  });
}

async function withVault<T>(
  { vault, passphrase }: VaultRequest,
  { world, events }: UseCaseContext,
  use: (vault: Vault) => Promise<T>,
): Promise<T> {
  await using opened = await openVaultAt(vault, { world, passphrase, events, writesFiles: true });
  try {
    return await use(opened.value);
  } finally {
    await opened.value.keepFindings(); // what was met damaged, also where another copy served
  }
}

function optionsOf(place: RestorePlace, context: UseCaseContext): Omit<RestoreOptions, "vault"> {
  const { layout, overwrite, ignoreSpace, salvage, onUnread } = place;
  return {
    layout,
    overwrite,
    ignoreSpace,
    salvage,
    onUnread,
    target: openRestoreFolder(place.toFolder),
    naming: process.platform === "win32" ? "windows" : "posix",
    events: context.events,
    run: newRunId(context.world),
    entropy: context.world.entropy,
    signal: context.signal,
  };
}
