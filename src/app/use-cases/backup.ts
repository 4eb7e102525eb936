import { backupMachines, type RunOutcome } from "../../backup/index.ts";
import { USUAL_PATIENCE } from "../../hyperv/index.ts";
import { type MachineSelection, selectMachines } from "../../policy/index.ts";
import { newRunId, openHostAt, openVaultAt } from "../compose.ts";
import { stateFolder } from "../config/index.ts";
import { refuseDesktop } from "../desktop-refusal.ts";
import type { UseCaseContext, VaultRequest } from "./context.ts";
import { withRunHistory } from "./run-record.ts";
import { type WhileHeld, watchedHost } from "./watched-host.ts";

export interface BackupRequest extends VaultRequest {
  readonly host: string;
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
  await using opened = await openHostAt(request.host, context);
  const host = watchedHost(opened.value, request.whileHeld);
  refuseDesktop(host.facts);
  const machines = selectMachines(await host.machines({ signal: context.signal }), request.selection);
  const cleaned = await host.cleanUp({ signal: context.signal });
  const run = newRunId(context.world);
  const history = { kind: "backup", host: host.facts.name, run, folder: await stateFolder(context.stateDir) };
  const outcome = await withRunHistory(history, context.world, () =>
    backupMachines({
      host,
      vault: vault.value,
      machines,
      clock: context.world.clock,
      events: context.events,
      signal: context.signal,
      patience: { ...USUAL_PATIENCE, attempts: request.attempts ?? USUAL_PATIENCE.attempts },
      requireApplication: request.requireApplication,
      run,
    }),
  );
  return { ...outcome, cleaned };
}
