import type { Notice } from "../../base/index.ts";
import type { DiskExclusion, HoldWishes } from "../hold-wishes.ts";
import type { MachineInventory } from "../inventory/machine-inventory.ts";
import { type ForecastHost, refusalOf } from "./admission.ts";
import { circumstancesOf } from "./circumstances.ts";
import { gapWarnings, uncoveredOf, type Warning } from "./coverage.ts";
import { excludedDisks, namesMachine } from "./excluded-disks.ts";
import type { Forecast } from "./forecast-types.ts";
import { reachOf } from "./reach.ts";
import { type Language, say } from "./sentences.ts";
import { wishRefusal } from "./wish-refusal.ts";
import { wishWarnings } from "./wish-warnings.ts";

/**
 * What a backup of the machine would reach on this host, by the truth table of requirements.md 1. Pure: the same
 * inventory gives the same forecast before a run, in a surface and in a test.
 */
export function forecastMachine(
  machine: MachineInventory,
  host: ForecastHost,
  options: { readonly language?: Language | undefined; readonly wishes?: HoldWishes | undefined } = {},
): Forecast {
  const { language = "en", wishes = {} } = options;
  const uncovered = uncoveredOf(machine, { language, wishes });
  const warnings = [
    ...gapWarnings(machine, wishes),
    ...circumstancesOf(machine, host),
    ...wishWarnings(machine, wishes),
  ].map((warning) => noticeOf(warning, language));
  const refused = refusalOf(machine, host) ?? wishRefusal(machine, { host, wishes });
  if (refused !== undefined) {
    return {
      possible: false,
      consistency: null,
      method: null,
      checkpointKind: "none",
      interruptsGuest: "no",
      memory: false,
      reason: say(refused.sentence, language),
      uncovered,
      warnings,
      ...spokenExclusions(machine, wishes.excludeDisks),
      refusal: { kind: refused.kind, code: refused.code },
    };
  }
  const reach = reachOf(machine, host.generation, wishes);
  const reason = say({ key: reach.reason }, language);
  const exclusions = spokenExclusions(machine, wishes.excludeDisks);
  return { possible: true, ...reach, reason, uncovered, warnings, ...exclusions };
}

function spokenExclusions(
  machine: MachineInventory,
  exclusions: readonly DiskExclusion[] = [],
): Pick<Forecast, "exclusions"> {
  if (exclusions.length === 0) return {};
  const spoken = exclusions.filter(
    (one) => namesMachine(one, machine) || excludedDisks(machine, [one]).length > 0,
  );
  return { exclusions: spoken.map(({ text }) => text) };
}

function noticeOf(warning: Warning, language: Language): Notice {
  return { code: warning.code, message: say(warning.sentence, language) };
}
