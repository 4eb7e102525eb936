import type { Notice } from "../../base/index.ts";
import type { MachineInventory } from "../inventory/machine-inventory.ts";
import { type ForecastHost, refusalOf } from "./admission.ts";
import { circumstancesOf } from "./circumstances.ts";
import { gapWarnings, uncoveredOf, type Warning } from "./coverage.ts";
import type { Forecast } from "./forecast-types.ts";
import { reachOf } from "./reach.ts";
import { type Language, say } from "./sentences.ts";

/**
 * What a backup of the machine would reach on this host, by the truth table of requirements.md 1. Pure: the same
 * inventory gives the same forecast before a run, in a surface and in a test.
 */
export function forecastMachine(
  machine: MachineInventory,
  host: ForecastHost,
  options: { readonly language?: Language | undefined } = {},
): Forecast {
  const language = options.language ?? "en";
  const uncovered = uncoveredOf(machine, language);
  const warnings = [...gapWarnings(machine), ...circumstancesOf(machine, host)].map((warning) =>
    noticeOf(warning, language),
  );
  const refused = refusalOf(machine, host);
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
      refusal: { kind: refused.kind, code: refused.code },
    };
  }
  const reach = reachOf(machine, host.generation);
  return { possible: true, ...reach, reason: say({ key: reach.reason }, language), uncovered, warnings };
}

function noticeOf(warning: Warning, language: Language): Notice {
  return { code: warning.code, message: say(warning.sentence, language) };
}
