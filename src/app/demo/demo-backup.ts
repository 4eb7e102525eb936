import type { HeldMachine } from "../../hyperv/index.ts";
import { runBackup } from "../use-cases/backup.ts";
import type { DemoStage } from "./demo-stage.ts";
import type { DemoBackup, DemoPoint } from "./demo-story.ts";
import { type HeldState, observeHeld } from "./held-state.ts";

/** A backup of all machines, and what each of them was at its held instant. */
export interface ObservedBackup extends DemoBackup {
  readonly held: ReadonlyMap<string, HeldState>;
}

/** Backs up everything. Each machine is observed as soon as it is held, and `meanwhile` happens before it is read. */
export async function backUpAll(
  stage: DemoStage,
  meanwhile: (held: HeldMachine) => Promise<void>,
): Promise<ObservedBackup> {
  const { context, tell } = stage;
  const { clock } = context.world;
  const held = new Map<string, HeldState>();
  let observingMs = 0;
  const startedMs = clock.monotonicMs();
  const result = await runBackup(
    {
      ...stage.vault,
      host: stage.hostAddress,
      selection: { all: true },
      async whileHeld(machine) {
        const beganMs = clock.monotonicMs();
        held.set(machine.machine.name, await observeHeld(stage, machine));
        await meanwhile(machine);
        observingMs += clock.monotonicMs() - beganMs;
      },
    },
    context,
  );
  const [failed] = result.failed;
  if (failed !== undefined) throw failed.error;
  const seconds = (clock.monotonicMs() - startedMs - observingMs) / 1000;
  const points = result.points.map((point): DemoPoint => {
    const { id, consistency, bytesRead, bytesReadMetadata, bytesNew, bytesStored } = point;
    const read = bytesRead + bytesReadMetadata;
    tell.sentence(
      `${point.machine.name}: ${consistency}-consistent, read ${tell.amount(read)}, of which ${tell.amount(bytesNew)} are new and take ${tell.amount(bytesStored)} in the vault.`,
    );
    return { id, machine: point.machine.name, consistency, bytesRead: read, bytesNew, bytesStored };
  });
  return { seconds, points, held };
}
