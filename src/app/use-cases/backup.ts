import { backupMachines, type RunOutcome } from "../../backup/index.ts";
import { InterruptedError } from "../../base/index.ts";
import { USUAL_PATIENCE } from "../../hyperv/index.ts";
import { type MachineSelection, selectMachines } from "../../policy/index.ts";
import { newRunId, openHostAt, openVaultAt } from "../compose.ts";
import { stateFolder } from "../config/index.ts";
import { refuseDesktop } from "../desktop-refusal.ts";
import type { HostRequest } from "../host-request.ts";
import { describeError } from "../problems/index.ts";
import type { UseCaseContext, VaultRequest } from "./context.ts";
import { type RunEnd, withRunHistory } from "./run-record.ts";
import { type WhileHeld, watchedHost } from "./watched-host.ts";

export interface BackupRequest extends VaultRequest, HostRequest {
  readonly selection: MachineSelection;
  readonly requireApplication?: true | undefined;
  /** How often a busy machine is tried in all. */
  readonly attempts?: number | undefined;
  /** Called for each machine that is held, before anything of it is read. When it rejects, that machine fails. */
  readonly whileHeld?: WhileHeld | undefined;
}

export interface BackupResult extends RunOutcome {
  /** What dead runs had left on the host, and what of it is gone now. */
  readonly cleaned: { readonly removed: readonly string[]; readonly leftBehind: readonly string[] };
}

/** One run: opens the vault first, so that a wrong passphrase touches no host, then cleans up, then backs up. */
export async function runBackup(request: BackupRequest, context: UseCaseContext): Promise<BackupResult> {
  await using vault = await openVaultAt(request.vault, {
    world: context.world,
    passphrase: request.passphrase,
  });
  await using opened = await openHostAt(request, context);
  const host = watchedHost(opened.value, request.whileHeld);
  refuseDesktop(host.facts);
  const machines = selectMachines(await host.machines({ signal: context.signal }), request.selection);
  const cleaned = await host.cleanUp({ signal: context.signal });
  const run = newRunId(context.world);
  const work = async (): Promise<RunOutcome> =>
    await backupMachines({
      host,
      vault: vault.value,
      machines,
      clock: context.world.clock,
      events: context.events,
      signal: context.signal,
      patience: { ...USUAL_PATIENCE, attempts: request.attempts ?? USUAL_PATIENCE.attempts },
      requireApplication: request.requireApplication,
      run,
    });
  const folder = await stateFolder(context.stateDir);
  const recorded = { kind: "backup", host: host.facts.name, run, folder, work, endOf };
  const outcome = await withRunHistory(recorded, context.world);
  return { ...outcome, cleaned };
}

/** What the run history keeps of a run. */
function endOf({ points, failed, skipped, endedBy }: RunOutcome): RunEnd {
  const allFailed = failed.length > 0 && points.length === 0;
  const summary = {
    points: points.map(({ id, machine, consistency, leftBehind }) => ({
      id,
      machine,
      consistency,
      leftBehind,
    })),
    failed: failed.map(({ machine, error, leftBehind }) => {
      const { code, message } = describeError(error, { language: "en" });
      return { machine, error: { code, message }, leftBehind };
    }),
    skipped,
  };
  if (endedBy instanceof InterruptedError) return { outcome: "interrupted", summary };
  return { outcome: allFailed ? "failed" : "done", summary };
}
