import { finishAfterCommands } from "../../backup/index.ts";
import { noEvents } from "../../base/index.ts";
import type { CleanUpReport, MachineHost } from "../../hyperv/index.ts";
import type { Journal } from "../../runs/index.ts";
import { commandsHere } from "../compose-here.ts";
import type { UseCaseContext } from "./context.ts";

/** Takes away what dead runs left on the host, and runs the after commands that they did not come to. */
export async function cleanUpAfterRuns(
  { host, journal }: { readonly host: MachineHost; readonly journal: Journal },
  { world, signal }: Pick<UseCaseContext, "world" | "signal">,
): Promise<CleanUpReport> {
  const things = await host.cleanUp({ signal });
  const here = commandsHere(world);
  const { clock } = world;
  const commands = await finishAfterCommands({ host, journal, here, clock, events: noEvents, step: "" });
  return {
    removed: [...things.removed, ...commands.removed],
    leftBehind: [...things.leftBehind, ...commands.leftBehind],
  };
}
