import type { CustodyListing, Leftover, MachineHost } from "../../hyperv/index.ts";
import { AFTER_COMMAND, commandsKey, readAfterCustody } from "./after-custody.ts";

/** After commands that have not run to their end, for those who only look. */
export async function pendingAfterCommands(
  host: Pick<MachineHost, "key" | "facts">,
  custody: CustodyListing,
): Promise<readonly Leftover[]> {
  const entries = await custody.standing(commandsKey(host));
  return entries.flatMap((entry) => {
    const command = readAfterCustody(entry);
    if (command === undefined) return [];
    const { ownerIsAlive } = entry;
    return [
      {
        kind: AFTER_COMMAND,
        owner: ownerIsAlive ? "alive" : "ours",
        machine: command.machine,
        subject: command.command.text,
        ageSeconds: null,
        removable: !ownerIsAlive,
        action: ownerIsAlive
          ? `nothing: run ${command.run} goes on and runs it itself`
          : `it is run, with the outcome "died", as run ${command.run} did not come to it`,
      } as const,
    ];
  });
}
