import { type Notice, throwIfInterrupted } from "../../base/index.ts";
import type { RestorePoint, RestorePointSummary } from "../../vault/index.ts";
import { openVaultAt } from "../compose.ts";
import type { UseCaseContext, VaultRequest } from "./context.ts";
import { missingNotice } from "./missing-notice.ts";
import { type IfStored, Storers } from "./storers.ts";

export type ListedPoint = RestorePointSummary & IfStored;

/** Each restore point as it is read, oldest first; nothing is held. */
export async function* listPoints(
  request: VaultRequest & {
    readonly machines: readonly string[];
    /** Told behind the last one when some are missing that nobody removed. */
    readonly onMissing?: ((notice: Notice) => void) | undefined;
  },
  context: UseCaseContext,
): AsyncIterable<ListedPoint> {
  await using opened = await openVaultAt(request.vault, {
    world: context.world,
    passphrase: request.passphrase,
    stateDir: context.stateDir,
  });
  const wanted = request.machines.map((text) => text.toLowerCase());
  const storers = new Storers(opened.value);
  for await (const point of opened.value.points({ mayBeKept: true })) {
    throwIfInterrupted(context.signal);
    const { id, name } = point.machine;
    if (wanted.length === 0 || wanted.includes(id.toLowerCase()) || wanted.includes(name.toLowerCase()))
      yield { ...point, ...(await storers.of(point)) };
  }
  if (request.onMissing === undefined) return;
  const notice = missingNotice(await opened.value.checkReceipts(context.signal));
  if (notice !== undefined) request.onMissing(notice);
}

export async function showPoint(
  request: VaultRequest & { readonly point: string },
  context: UseCaseContext,
): Promise<RestorePoint & IfStored> {
  await using opened = await openVaultAt(request.vault, {
    world: context.world,
    passphrase: request.passphrase,
    stateDir: context.stateDir,
  });
  const point = await opened.value.findPoint(request.point);
  return { ...point, ...(await new Storers(opened.value).of(point)) };
}
