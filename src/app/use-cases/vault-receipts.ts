import type { ReceiptReport } from "../../vault/index.ts";
import { openVaultAt } from "../compose.ts";
import type { UseCaseContext, VaultRequest } from "./context.ts";

export type { ReceiptReport, VaultLock } from "../../vault/index.ts";

/** Whether restore points went that nobody removed. What is accepted counts as removed from now on. */
export async function lookAtReceipts(
  request: VaultRequest & {
    readonly accept?: true | undefined;
    /** Bring back what plain deletes have hidden, first. */
    readonly showHidden?: true | undefined;
  },
  { world, signal, stateDir }: UseCaseContext,
): Promise<{ readonly report: ReceiptReport; readonly shown: readonly string[] }> {
  const { passphrase } = request;
  await using opened = await openVaultAt(request.vault, { world, passphrase, stateDir });
  const vault = opened.value;
  const shown = request.showHidden === true ? await vault.showHidden(signal) : [];
  const isAccepted = request.accept === true;
  const report = isAccepted ? await vault.acceptLoss(signal) : await vault.checkReceipts(signal);
  return { report, shown };
}
