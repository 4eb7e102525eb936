import { backupMachines, type RunOutcome } from "../../backup/index.ts";
import { InterruptedError, type Notice } from "../../base/index.ts";
import { type HoldWishes, type Patience, USUAL_PATIENCE } from "../../hyperv/index.ts";
import type { MachineSelection } from "../../policy/index.ts";
import { newRunId, openHostAt } from "../compose.ts";
import { openJournalIn } from "../compose-here.ts";
import { stateFolder } from "../config/index.ts";
import { refuseDesktop } from "../desktop-refusal.ts";
import type { HostRequest } from "../host-request.ts";
import { openVaultToAddAt } from "../open-vault-to-add.ts";
import { describeError } from "../problems/index.ts";
import { type CommandsRequest, itemCommands } from "./backup-commands.ts";
import { cleanUpAfterRuns } from "./clean-up-host.ts";
import type { UseCaseContext, VaultRequest } from "./context.ts";
import { idleExclusionNotices } from "./idle-exclusions.ts";
import { lockNotices } from "./lock-notices.ts";
import { machinesOn } from "./machines-on.ts";
import { type KnownRhythm, ReplicationWatch } from "./replication-watch.ts";
import { type RunEnd, withRunHistory } from "./run-record.ts";
import { type WhileHeld, watchedHost } from "./watched-host.ts";

export interface BackupRequest extends VaultRequest, HostRequest {
  readonly selection: MachineSelection;
  /** What is asked of each hold. */
  readonly wishes?: HoldWishes | undefined;
  /** How often a busy machine is tried in all. */
  readonly attempts?: number | undefined;
  /** How long a busy machine is left alone after the first attempt; the pause doubles from there. */
  readonly retryDelaySeconds?: number | undefined;
  /** The user's commands around each machine. */
  readonly commands?: CommandsRequest | undefined;
  /** Called for each machine that is held, before anything of it is read. When it rejects, that machine fails. */
  readonly whileHeld?: WhileHeld | undefined;
}

export interface BackupResult extends RunOutcome, KnownRhythm {
  /** What is worth a look and belongs to no machine. */
  readonly warnings: readonly Notice[];
  /** What dead runs had left on the host, and what of it is gone now. */
  readonly cleaned: { readonly removed: readonly string[]; readonly leftBehind: readonly string[] };
}

/** One run: opens the vault first, so that a wrong passphrase touches no host, then cleans up, then backs up. */
export async function runBackup(request: BackupRequest, context: UseCaseContext): Promise<BackupResult> {
  await using vault = await openVaultToAddAt(request.vault, {
    world: context.world,
    passphrase: request.passphrase,
    stateDir: context.stateDir,
    events: context.events,
  });
  await using opened = await openHostAt(request, context);
  const host = watchedHost(opened.value, request.whileHeld);
  refuseDesktop(host.facts);
  const { selection, wishes } = request;
  const machines = await machinesOn(host, selection, { signal: context.signal, wishes });
  await using journal = await openJournalIn(context);
  const commands = itemCommands(request.commands, { host, journal, world: context.world });
  const cleaned = await cleanUpAfterRuns({ host, journal }, context);
  const run = newRunId(context.world);
  const watch = new ReplicationWatch(host, machines, context);
  const work = async (): Promise<RunOutcome> =>
    await backupMachines({
      host: watch.host(),
      vault: vault.value,
      machines,
      clock: context.world.clock,
      events: context.events,
      signal: context.signal,
      patience: patienceOf(request),
      wishes,
      commands,
      run,
    });
  const folder = await stateFolder(context.stateDir);
  const recorded = { kind: "backup", host: host.facts.name, run, folder, work, endOf };
  const outcome = await withRunHistory(recorded, context.world);
  const { proposals, warnings } = await watch.known();
  const locks = await lockNotices(vault.value, context.signal);
  return {
    ...outcome,
    cleaned,
    proposals,
    warnings: [...idleExclusionNotices(machines, wishes), ...warnings, ...locks],
  };
}

function patienceOf(request: BackupRequest): Patience {
  const { attempts, longestDelayMs } = USUAL_PATIENCE;
  const { retryDelaySeconds: seconds } = request;
  const firstDelayMs = seconds === undefined ? USUAL_PATIENCE.firstDelayMs : seconds * 1000;
  return {
    attempts: request.attempts ?? attempts,
    firstDelayMs,
    longestDelayMs: Math.max(firstDelayMs, longestDelayMs),
  };
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
