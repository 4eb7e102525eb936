import type { Storage } from "../../src/storage/index.ts";
import type { RepairReport, Vault } from "../../src/vault/index.ts";
import { openSmallVault } from "../../src/vault/testing/index.ts";

const STALE = { staleAfterMs: -Number.MAX_SAFE_INTEGER };

/**
 * What an administrator does about damage when nobody else is there any more: `verify` reads everything, `repair` saves it, and
 * prunes take what is left of it away. Gives what is lost.
 */
export async function heal(
  storage: Storage,
  options: { readonly seed: number; readonly onRepaired?: (vault: Vault) => Promise<void> },
): Promise<RepairReport["lost"]> {
  await using vault = await openSmallVault(storage, { seed: options.seed });
  for await (const { name } of storage.list("leases/")) await storage.delete(name); // of killed programs
  await vault.verify({ readDataPercent: 100, keepFindings: true });
  const { lost } = await vault.repair({ execute: true });
  await using fresh = await openSmallVault(storage, { seed: options.seed + 1 });
  await options.onRepaired?.(fresh);
  await fresh.verify({ readDataPercent: 100, keepFindings: true }); // trailers that are damaged and named by the index
  await fresh.prune(STALE);
  await fresh.prune(STALE);
  return lost;
}
