import type { RepairReport } from "../../vault/index.ts";
import { openVaultAt } from "../compose.ts";
import type { UseCaseContext, VaultRequest } from "./context.ts";

/** Saves what can be saved of a damaged vault; without `execute` it says what would be. What is lost is in the report, never thrown. */
export async function runRepair(
  request: VaultRequest & { readonly execute?: true | undefined },
  context: UseCaseContext,
): Promise<RepairReport> {
  const { world, events, signal } = context;
  await using opened = await openVaultAt(request.vault, {
    world,
    passphrase: request.passphrase,
    events,
    withoutCopies: true,
  });
  const step = "repair";
  events({ type: "step-started", step, name: step, subject: opened.value.facts.location });
  let outcome: "done" | "failed" = "failed";
  try {
    const report = await opened.value.repair({
      execute: request.execute,
      signal,
      onProgress: (progress) => {
        events({ type: "step-progress", step, ...progress });
      },
    });
    if (report.lost.length === 0) outcome = "done";
    return report;
  } finally {
    events({ type: "step-ended", step, outcome });
  }
}
