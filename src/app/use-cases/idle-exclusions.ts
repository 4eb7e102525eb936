import type { Notice } from "../../base/index.ts";
import type { HoldWishes, HostMachine } from "../../hyperv/index.ts";

/** One warning for each exclusion that no forecast speaks of: most likely a slip of the pen. */
export function idleExclusionNotices(
  machines: readonly HostMachine[],
  wishes: HoldWishes = {},
): readonly Notice[] {
  const known = new Set(machines.flatMap(({ forecast }) => forecast.exclusions ?? []));
  return (wishes.excludeDisks ?? [])
    .filter(({ text }) => !known.has(text))
    .map(({ text }) => ({
      code: "exclusion-without-disk",
      message: `the exclusion "${text}" fits no disk of the machines of this run: nothing is left out for it`,
    }));
}
