import { sep } from "node:path";
import type { CommandsHere } from "../backup/index.ts";
import { LocalCommands } from "../places/index.ts";
import { type Journal, openJournal } from "../runs/index.ts";
import type { OpenHostOptions, World } from "./compose.ts";
import { environmentOfOthers, stateFolder } from "./config/index.ts";

/** The journal of the state folder, for what is kept there beside a host's own entries. */
export async function openJournalIn(options: OpenHostOptions): Promise<Journal> {
  return await openJournal(await stateFolder(options.stateDir), { clock: options.world.clock });
}

/** The machine that runs this program, as a place for the user's commands. */
export function commandsHere(world: World): CommandsHere {
  const commands = new LocalCommands({ environment: environmentOfOthers(), clock: world.clock });
  return { commands, shell: sep === "\\" ? "cmd" : "sh" };
}
