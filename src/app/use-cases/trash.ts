import type { RestorePointId } from "../../base/index.ts";
import { PointAmbiguousError, PointNotFoundError, type TrashedPoint } from "../../vault/index.ts";
import { openVaultAt } from "../compose.ts";
import type { UseCaseContext, VaultRequest } from "./context.ts";

/** What is in a vault's trash, the next to go first. */
export async function listTrash(
  request: VaultRequest,
  { world }: UseCaseContext,
): Promise<readonly TrashedPoint[]> {
  await using opened = await openVaultAt(request.vault, { world, passphrase: request.passphrase });
  const trashed = await opened.value.trashed();
  return trashed.toSorted((a, b) => Temporal.Instant.compare(a.until, b.until));
}

/** Takes a restore point out of the trash. @throws {PointNotFoundError} @throws {PointAmbiguousError} */
export async function takeBack(
  request: VaultRequest & { readonly point: string },
  { world }: UseCaseContext,
): Promise<RestorePointId> {
  await using opened = await openVaultAt(request.vault, { world, passphrase: request.passphrase });
  const vault = opened.value;
  const ids = new Set((await vault.trashed()).map(({ id }) => id));
  const found = [...ids].filter((id) => id.startsWith(request.point.toLowerCase()));
  const [id] = found;
  if (id === undefined || request.point === "") {
    throw new PointNotFoundError(`Cannot take back "${request.point}": the trash has none that begins so`);
  }
  if (found.length > 1) {
    throw new PointAmbiguousError(`Cannot choose "${request.point}": ${found.length} in the trash begin so`);
  }
  await vault.takeBack(id);
  return id;
}
