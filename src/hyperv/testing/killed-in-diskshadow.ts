import assert from "node:assert/strict";
import type { HostCommands } from "../../places/index.ts";
import type { HostState } from "../../simulator/index.ts";
import type { openOlderScene, Scene } from "../../simulator/testing/index.ts";
import { openHypervHost } from "../hyperv-host.ts";
import { KilledError } from "./failing-session.ts";
import { MemoryJournal } from "./memory-journal.ts";
import { holdOptions, MACHINE } from "./scene-host.ts";
import { struckPorts } from "./struck-ports.ts";

/** A run that dies when the host is so far, and diskshadow's client with it; gives what its journal says afterwards. */
export async function killedInDiskshadow(
  scene: Scene,
  isSoFar: (state: HostState) => boolean,
): Promise<MemoryJournal> {
  const journal = new MemoryJournal();
  const { host, session, clock, entropy } = scene;
  const commands: HostCommands = {
    run: async (program, options) => {
      const running = host.commands().run(program, options);
      running.catch(() => undefined);
      if (!options.arguments.includes("/l")) return await running;
      while (!isSoFar(await host.state())) await Promise.resolve();
      await scene.edit((state) => {
        for (const one of (state["runningPrograms"] ?? []) as { owner: number }[]) one.owner = 2 ** 30; // no process has it
      });
      throw new KilledError("The process is gone");
    },
  };
  const ports = struckPorts({ session, files: host.files(), commands, journal }, { at: 0, when: "before" });
  const client = await openHypervHost({ ...ports, clock, entropy, hostKey: "sim:test" });
  await assert.rejects(client.hold(MACHINE, holdOptions()), KilledError);
  journal.die();
  return journal;
}

/** A host whose diskshadow dies with its client between `create` and `end backup`; `more` are further faults. */
export function dyingDiskshadow(
  ...more: readonly object[]
): NonNullable<Parameters<typeof openOlderScene>[1]> {
  return {
    host: { faults: [{ method: "diskshadow end backup", instead: "never-ends" }, ...more] },
    assumptions: { programsOfDeadClients: "end" },
  };
}
