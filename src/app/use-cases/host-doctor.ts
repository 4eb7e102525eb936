import { pendingAfterCommands } from "../../backup/index.ts";
import type { CleanUpReport, Leftover } from "../../hyperv/index.ts";
import { openHypervAt } from "../compose.ts";
import { openJournalIn } from "../compose-here.ts";
import type { HostRequest } from "../host-request.ts";
import { cleanUpAfterRuns } from "./clean-up-host.ts";
import type { UseCaseContext } from "./context.ts";

export interface DoctorReport {
  /** What was found before anything was done. */
  readonly leftovers: readonly Leftover[];
  /** Only when it was told to execute; `remaining` is what a second look found of ours. */
  readonly cleaned?: (CleanUpReport & { readonly remaining: readonly Leftover[] }) | undefined;
}

/** Lists what backups left on a host; with `execute` takes away what is ours, and looks again. */
export async function diagnoseHost(
  request: HostRequest & { readonly execute?: true | undefined },
  context: UseCaseContext,
): Promise<DoctorReport> {
  const leftovers = await examine(request, context);
  if (request.execute !== true) return { leftovers };
  const report = await cleanUp(request, context);
  // another look with another journal: what was taken over for the clean-up is abandoned again
  const remaining = (await examine(request, context)).filter(({ owner }) => owner === "ours");
  return { leftovers, cleaned: { ...report, remaining } };
}

async function examine(request: HostRequest, context: UseCaseContext): Promise<readonly Leftover[]> {
  await using opened = await openHypervAt(request, context);
  await using journal = await openJournalIn(context);
  const host = opened.value;
  const { signal } = context;
  return [...(await host.leftovers(journal, { signal })), ...(await pendingAfterCommands(host, journal))];
}

async function cleanUp(request: HostRequest, context: UseCaseContext): Promise<CleanUpReport> {
  await using opened = await openHypervAt(request, context);
  await using journal = await openJournalIn(context);
  return await cleanUpAfterRuns({ host: opened.value, journal }, context);
}
