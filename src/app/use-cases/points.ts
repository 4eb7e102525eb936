import { throwIfInterrupted } from "../../base/index.ts";
import type { RestorePoint, RestorePointSummary } from "../../vault/index.ts";
import { openVaultAt } from "../compose.ts";
import type { UseCaseContext, VaultRequest } from "./context.ts";

/** Each restore point as it is read, oldest first; nothing is held. */
export async function* listPoints(
  request: VaultRequest & { readonly machines: readonly string[] },
  context: UseCaseContext,
): AsyncIterable<RestorePointSummary> {
  await using opened = await openVaultAt(request.vault, {
    world: context.world,
    passphrase: request.passphrase,
  });
  const wanted = request.machines.map((text) => text.toLowerCase());
  for await (const point of opened.value.points()) {
    throwIfInterrupted(context.signal);
    const { id, name } = point.machine;
    if (wanted.length === 0 || wanted.includes(id.toLowerCase()) || wanted.includes(name.toLowerCase()))
      yield point;
  }
}

export async function showPoint(
  request: VaultRequest & { readonly point: string },
  context: UseCaseContext,
): Promise<RestorePoint> {
  await using opened = await openVaultAt(request.vault, {
    world: context.world,
    passphrase: request.passphrase,
  });
  return await opened.value.findPoint(request.point);
}
