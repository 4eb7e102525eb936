import { guid, type RunEvent } from "../../base/index.ts";
import type { CimSession } from "../../cim/index.ts";
import type { HostCommands, HostFiles } from "../../places/index.ts";
import { SCENE_MACHINE, type Scene } from "../../simulator/testing/index.ts";
import { type HoldOptions, USUAL_PATIENCE } from "../held-machine.ts";
import { type HypervHost, openHypervHost } from "../hyperv-host.ts";
import type { MemoryJournal } from "./memory-journal.ts";

/** The one machine of a scene. */
export const MACHINE = guid(SCENE_MACHINE);

/** Usual options of a hold; `said` collects its events. */
export function holdOptions(
  changed: Partial<HoldOptions> = {},
): HoldOptions & { readonly said: readonly RunEvent[] } {
  const said: RunEvent[] = [];
  const events = (event: RunEvent): void => {
    said.push(event);
  };
  return { events, step: "s1", patience: USUAL_PATIENCE, run: "run-1", ...changed, said };
}

/** A client of a simulated host, through its own session or another one; it can run no programs there. */
export async function hostOf(
  scene: Scene,
  journal: MemoryJournal,
  session: CimSession = scene.session,
): Promise<HypervHost> {
  const { clock, entropy } = scene;
  const files = scene.host.files();
  return await openHypervHost({ session, files, clock, entropy, journal, hostKey: "sim:test" });
}

/** A client of a simulated host whose programs it can run, diskshadow above all. */
export async function hostWithPrograms(
  scene: Scene,
  journal: MemoryJournal,
  parts: { readonly files?: HostFiles; readonly commands?: HostCommands } = {},
): Promise<HypervHost> {
  const { clock, entropy, session } = scene;
  const files = parts.files ?? scene.host.files();
  const commands = parts.commands ?? scene.host.commands();
  return await openHypervHost({ session, files, commands, clock, entropy, journal, hostKey: "sim:test" });
}
