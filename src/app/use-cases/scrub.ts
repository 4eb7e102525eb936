import { type ScrubReport, scrubVault } from "../../vault/index.ts";
import { openVaultStorage } from "../storage/open-vault-storage.ts";
import { parseVaultAddress } from "../vault-address.ts";
import type { UseCaseContext } from "./context.ts";

/** Holds the stored bytes of a vault against their names; needs no key. */
export async function runScrub(
  request: { readonly vault: string },
  context: UseCaseContext,
): Promise<ScrubReport> {
  const { world, signal, events } = context;
  await using storage = await openVaultStorage(parseVaultAddress(request.vault), { world, signal });
  const step = "scrub";
  events({ type: "step-started", step, name: step, subject: storage.location });
  let outcome: "done" | "failed" = "failed";
  try {
    const report = await scrubVault({
      storage,
      signal,
      onProgress: (progress) => {
        events({ type: "step-progress", step, ...progress });
      },
    });
    if (report.damaged.length === 0) outcome = "done";
    return report;
  } finally {
    events({ type: "step-ended", step, outcome });
  }
}
