import type { VerifyReport } from "../../vault/index.ts";
import { openVaultAt } from "../compose.ts";
import { CheckedFile } from "../config/index.ts";
import type { UseCaseContext, VaultRequest } from "./context.ts";

/** Checks a vault; damage is in the report, never thrown. */
export async function runVerify(
  request: VaultRequest & {
    readonly readDataPercent?: number | undefined;
    /** Do not go on with a reading of everything that was interrupted. */
    readonly fromStart?: true | undefined;
  },
  context: UseCaseContext,
): Promise<VerifyReport> {
  await using opened = await openVaultAt(request.vault, {
    world: context.world,
    passphrase: request.passphrase,
    stateDir: context.stateDir,
    events: context.events,
    withoutCopies: true,
  });
  const { location } = opened.value.facts;
  await using checked = await CheckedFile.open("verify", location, { stateDir: context.stateDir });
  const step = "verify";
  context.events({ type: "step-started", step, name: step, subject: location });
  let outcome: "done" | "failed" = "failed";
  try {
    const report = await opened.value.verify({
      ...(request.readDataPercent === undefined ? {} : { readDataPercent: request.readDataPercent }),
      fromStart: request.fromStart,
      checked,
      keepFindings: true,
      signal: context.signal,
      onProgress: (progress) => context.events({ type: "step-progress", step, ...progress }),
    });
    if (report.damaged.length === 0 && report.receipts.missing.length === 0) outcome = "done";
    return report;
  } finally {
    context.events({ type: "step-ended", step, outcome });
  }
}
