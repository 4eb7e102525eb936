import { InterruptedError, type Notice } from "../../base/index.ts";
import type { VaultToAdd } from "../open-vault-to-add.ts";
import { describeError } from "../problems/index.ts";

/** Renews the vault's locks behind a backup. The backup is done; what goes wrong here is a warning. */
export async function lockNotices(
  vault: Pick<VaultToAdd, "renewLocks">,
  signal: AbortSignal,
): Promise<readonly Notice[]> {
  try {
    const report = await vault.renewLocks?.({ signal });
    if (report === undefined || report.missing.length === 0) return [];
    const message = `${report.missing.length} objects that restore points need could not be locked: they are gone`;
    return [{ code: "locks-not-renewed", message }];
  } catch (error) {
    if (error instanceof InterruptedError) return [];
    const { message } = describeError(error, { language: "en" });
    return [{ code: "locks-not-renewed", message: `The vault's locks were not made longer: ${message}` }];
  }
}
