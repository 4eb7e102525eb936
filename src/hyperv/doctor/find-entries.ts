import { parseGuid } from "../../base/index.ts";
import { instantIn, textIn } from "../capture/journal-facts.ts";
import type { StandingEntry } from "../custody.ts";
import { ageSeconds } from "./age.ts";
import type { Examination } from "./examination.ts";
import type { Leftover } from "./leftover.ts";

/** What the journal knows: the things themselves are not listed a second time. */
export function findEntries({ entries, now }: Examination): readonly Leftover[] {
  return entries.map((entry) => {
    const { facts, kind, machine, ownerIsAlive } = entry;
    const run = textIn(facts["run"]) ?? "";
    return {
      kind,
      owner: ownerIsAlive ? "alive" : "ours",
      machine: { id: machine, name: textIn(facts["machineName"]) ?? machine },
      subject: subjectOf(entry),
      ageSeconds: ageSeconds(instantIn(facts["recorded"]) ?? entry.recorded, now),
      removable: !ownerIsAlive,
      action: ownerIsAlive
        ? `nothing: run ${run} goes on and takes it away itself`
        : `what run ${run} left is looked for, taken away and seen gone, and the journal's entry is struck`,
    };
  });
}

function subjectOf({ facts, id }: StandingEntry): string {
  const said = ["checkpoint", "set", "task", "script"].map((name) => textIn(facts[name])).find(Boolean);
  if (said === undefined) return `entry ${id} of the journal`;
  return parseGuid(said)?.toUpperCase() ?? said;
}
