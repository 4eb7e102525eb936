import type { ItemCommand, ItemCommands } from "../../backup/index.ts";
import type { CustodyJournal, MachineHost } from "../../hyperv/index.ts";
import type { World } from "../compose.ts";
import { commandsHere } from "../compose-here.ts";
import { UsageError } from "../errors.ts";

/** The commands that a user wants around each machine. */
export interface CommandsRequest {
  readonly before?: ItemCommand | undefined;
  readonly thaw?: ItemCommand | undefined;
  readonly after?: ItemCommand | undefined;
  /** How long each may take; fifteen minutes when left out. */
  readonly timeoutMs?: number | undefined;
}

const USUAL_TIMEOUT_MS = 15 * 60_000;

/** With what running them takes; undefined when there are none. @throws {UsageError} where one cannot be run */
export function itemCommands(
  request: CommandsRequest | undefined,
  context: { readonly host: MachineHost; readonly journal: CustodyJournal; readonly world: World },
): ItemCommands | undefined {
  const { before, thaw, after, timeoutMs = USUAL_TIMEOUT_MS } = request ?? {};
  const commands = [before, thaw, after].filter((command) => command !== undefined);
  if (commands.length === 0) return undefined;
  const { host, journal, world } = context;
  if (host.commands === undefined && commands.some(({ on }) => on === "host")) {
    throw new UsageError(`Cannot run a command on "${host.facts.name}": no program can be run there`);
  }
  return { before, thaw, after, timeoutMs, here: commandsHere(world), journal };
}
