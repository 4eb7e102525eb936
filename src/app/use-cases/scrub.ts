import { type ScrubReport, scrubVault } from "../../vault/index.ts";
import { CheckedFile } from "../config/index.ts";
import { openVaultStorage } from "../storage/open-vault-storage.ts";
import { parseVaultAddress } from "../vault-address.ts";
import type { UseCaseContext } from "./context.ts";

/** Holds the stored bytes of a vault against their names; needs no key. */
export async function runScrub(
  request: {
    readonly vault: string;
    /** How much of the packs is read, the longest unchecked first. */
    readonly percent?: number | undefined;
    /** Do not go on with a reading of everything that was interrupted. */
    readonly fromStart?: true | undefined;
  },
  context: UseCaseContext,
): Promise<ScrubReport> {
  const { world, signal, events } = context;
  await using storage = await openVaultStorage(parseVaultAddress(request.vault), { world, signal });
  await using checked = await CheckedFile.open("scrub", storage.location, { stateDir: context.stateDir });
  const step = "scrub";
  events({ type: "step-started", step, name: step, subject: storage.location });
  let outcome: "done" | "failed" = "failed";
  try {
    const report = await scrubVault({
      storage,
      turn: {
        clock: world.clock,
        checked,
        percent: request.percent ?? 100,
        fromStart: request.fromStart,
      },
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
