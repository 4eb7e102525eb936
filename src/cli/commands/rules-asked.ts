import {
  parseLast,
  parseOneOfEach,
  parseSince,
  parseWithin,
  type RetentionRule,
  UsageError,
} from "../../app/index.ts";
import { PARAMETERS, type ParameterName } from "../../contract/index.ts";
import { type CommandInput, textOption } from "../command.ts";

type Parse = (text: string, timeZone: string) => RetentionRule;

const RULES: readonly (readonly [ParameterName, Parse])[] = [
  ["keepLast", parseLast],
  ["keepWithin", parseWithin],
  ["keepSince", parseSince],
  ["keepHourly", (text) => parseOneOfEach("hour", text)],
  ["keepDaily", (text) => parseOneOfEach("day", text)],
  ["keepWeekly", (text) => parseOneOfEach("week", text)],
  ["keepMonthly", (text) => parseOneOfEach("month", text)],
  ["keepYearly", (text) => parseOneOfEach("year", text)],
];

/** The rules that were typed, each with its words. @throws {RetentionRuleError} */
export function rulesAsked(
  input: CommandInput,
  timeZone: string,
): readonly { readonly words: string; readonly rule: RetentionRule }[] {
  return RULES.flatMap(([name, parse]) => {
    const text = textOption(input, name);
    return text === undefined
      ? []
      : [{ words: `${PARAMETERS[name].flag} ${text}`, rule: parse(text, timeZone) }];
  });
}

/** The time zone in which days begin: what was typed, else this system's. @throws {UsageError} */
export function timeZoneAsked(input: CommandInput): string {
  const text = textOption(input, "timeZone") ?? Temporal.Now.timeZoneId();
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text).timeZoneId;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(`Cannot use the time zone "${text}": wanted for instance Europe/Berlin`);
  }
}
