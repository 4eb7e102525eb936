import type { CimSession } from "../../cim/index.ts";
import type { HostCommands, HostFiles } from "../../places/index.ts";
import { SCENE_MACHINE_ID, type Scene, sceneHold } from "../../simulator/testing/index.ts";
import { type HypervHost, openHypervHost } from "../hyperv-host.ts";
import type { MemoryJournal } from "./memory-journal.ts";

/** The one machine of a scene. */
export const MACHINE = SCENE_MACHINE_ID;

/** Usual options of a hold; `said` collects its events. */
export const holdOptions = sceneHold;

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
