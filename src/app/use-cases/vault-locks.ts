import type { RenewReport } from "../../vault/index.ts";
import { openVaultAt } from "../compose.ts";
import type { UseCaseContext, VaultRequest } from "./context.ts";

/** Makes the locks longer of what restore points need; undefined in a vault without locks. */
export async function renewVaultLocks(
  request: VaultRequest,
  { world, signal, stateDir, events }: UseCaseContext,
): Promise<RenewReport | undefined> {
  const { passphrase } = request;
  await using opened = await openVaultAt(request.vault, { world, passphrase, stateDir, events });
  return await opened.value.renewLocks({ signal });
}
