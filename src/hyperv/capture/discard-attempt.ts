import { StillpointError } from "../../base/index.ts";
import type { HoldOptions } from "../held-machine.ts";
import { cleanEntry } from "./clean-entry.ts";
import type { HostAccess } from "./host-access.ts";
import type { RecoveryCustody } from "./recovery-custody.ts";

/**
 * Undoes an attempt that did not become a hold: whatever it made is found as a later start would find it, and removed.
 * Never throws a Stillpoint error: the attempt's own failure is what the caller must hear; the journal keeps the rest.
 */
export async function discardAttempt(
  access: HostAccess,
  custody: RecoveryCustody,
  options: HoldOptions,
): Promise<void> {
  const warn = (message: string): void => {
    options.events({ type: "step-warning", step: options.step, notice: { code: "left-behind", message } });
  };
  try {
    const { leftBehind } = await cleanEntry(access, custody);
    for (const message of leftBehind) warn(message);
  } catch (error) {
    if (!(error instanceof StillpointError)) throw error;
    warn(`machine "${custody.machineName}": what the failed attempt left is not known: ${error.message}`);
  }
}
