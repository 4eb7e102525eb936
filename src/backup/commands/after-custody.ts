import type { JsonValue } from "../../base/index.ts";
import type { CustodyEntry, CustodyFacts, MachineHost } from "../../hyperv/index.ts";
import type { MachineName } from "../outcome.ts";
import type { ItemCommand, ItemCommands } from "./item-commands.ts";

/** The kind of journal entries about after commands that have not run yet. */
export const AFTER_COMMAND = "after-command";

/** What the journal knows of an after command. */
export interface AfterCustody {
  readonly entry: string;
  readonly machine: { readonly id: string; readonly name: string };
  readonly run: string;
  readonly command: ItemCommand;
  readonly timeoutMs: number;
  /** How often it was begun; more than none means that it may have run. */
  readonly begun: number;
}

/** Entries about commands are kept apart from those about things on the host: other hands clean them up. */
export function commandsKey(host: Pick<MachineHost, "key" | "facts">): string {
  return `commands of ${host.key ?? host.facts.name}`;
}

export function afterFacts(
  commands: Pick<ItemCommands, "timeoutMs"> & { readonly after: ItemCommand },
  about: { readonly host: string; readonly machine: MachineName; readonly run: string },
): CustodyFacts {
  const { text, on } = commands.after;
  const { machine, run } = about;
  const facts = { machineName: machine.name, run, text, on, timeoutMs: commands.timeoutMs, begun: 0 };
  return { host: about.host, machine: machine.id, kind: AFTER_COMMAND, facts };
}

/** Reads an entry that another process wrote; undefined when it is of another kind, or does not say what to run. */
export function readAfterCustody(entry: CustodyEntry): AfterCustody | undefined {
  const { text, on, machineName, run, timeoutMs, begun } = entry.facts;
  if (entry.kind !== AFTER_COMMAND || typeof text !== "string") return undefined;
  if (on !== "here" && on !== "host") return undefined;
  return {
    entry: entry.id,
    machine: { id: entry.machine, name: typeof machineName === "string" ? machineName : entry.machine },
    run: typeof run === "string" ? run : "",
    command: { text, on },
    timeoutMs: numberIn(timeoutMs) ?? 0,
    begun: numberIn(begun) ?? 0,
  };
}

function numberIn(value: JsonValue | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}
