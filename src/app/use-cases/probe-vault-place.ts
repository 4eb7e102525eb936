import { type ProbeReport, probeStorage } from "../../storage/index.ts";
import { openVaultScratch } from "../storage/open-vault-storage.ts";
import { parseVaultAddress } from "../vault-address.ts";
import type { UseCaseContext } from "./context.ts";

/** Holds a place against all that a vault asks of a store. Writes beside what is there, and removes it. */
export async function probeVaultPlace(location: string, context: UseCaseContext): Promise<ProbeReport> {
  const { world, signal } = context;
  const scratch = await openVaultScratch(parseVaultAddress(location), { world, signal });
  return await probeStorage(scratch, { ...world, signal });
}
