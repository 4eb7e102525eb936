import { BandwidthRuleError } from "./errors.ts";

/** How many bytes a second may pass at a time of day. */
export interface BandwidthWindow {
  /** Minutes since midnight; the window ends before `untilMinute`, which may be on the next day. */
  readonly fromMinute: number;
  readonly untilMinute: number;
  /** Undefined is without a limit. */
  readonly bytesPerSecond: number | undefined;
}

/** The windows of a day, in the order of the text; the first that fits counts. */
export interface BandwidthRule {
  readonly windows: readonly BandwidthWindow[];
  /** Outside of all windows. */
  readonly otherwise: number | undefined;
}

const MINUTES_A_DAY = 24 * 60;
/** Bits as the makers of lines count them, bytes as file managers do. */
const UNITS: Readonly<Record<string, number>> = {
  kbit: 1_000 / 8,
  mbit: 1_000_000 / 8,
  gbit: 1_000_000_000 / 8,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
};

/**
 * `20Mbit`, or `08:00-18:00=20Mbit,22:00-06:00=unlimited,else=100Mbit`: times are those of a wall clock, a window may
 * reach over midnight, and without `else` there is no limit outside. Units a second: kbit, Mbit, Gbit, KiB, MiB, GiB.
 * @throws {BandwidthRuleError}
 */
export function parseBandwidthRule(text: string): BandwidthRule {
  if (!text.includes("=")) return { windows: [], otherwise: rateOf(text, text) };
  const windows: BandwidthWindow[] = [];
  let otherwise: { readonly rate: number | undefined } | undefined;
  for (const part of text.split(",")) {
    const [when = "", rate = "", more] = part.trim().split("=");
    if (more !== undefined) throw wrong(text, `"${part}" has two rates`);
    if (when.trim().toLowerCase() !== "else") {
      windows.push({ ...windowOf(when.trim(), text), bytesPerSecond: rateOf(rate, text) });
      continue;
    }
    if (otherwise !== undefined) throw wrong(text, "it has two of else");
    otherwise = { rate: rateOf(rate, text) };
  }
  return { windows, otherwise: otherwise?.rate };
}

/** The limit at a minute of the day, in bytes a second; undefined is none. */
export function bandwidthAt(rule: BandwidthRule, minute: number): number | undefined {
  const window = rule.windows.find(({ fromMinute, untilMinute }) =>
    fromMinute < untilMinute
      ? minute >= fromMinute && minute < untilMinute
      : minute >= fromMinute || minute < untilMinute,
  );
  return window === undefined ? rule.otherwise : window.bytesPerSecond;
}

function windowOf(text: string, rule: string): { readonly fromMinute: number; readonly untilMinute: number } {
  const [, fromHour, fromMinutes, toHour, toMinutes] = /^(\d\d?):(\d\d)-(\d\d?):(\d\d)$/.exec(text) ?? [];
  const fromMinute = minuteOf(fromHour, fromMinutes);
  const untilMinute = minuteOf(toHour, toMinutes);
  if (fromMinute === undefined || untilMinute === undefined || fromMinute === MINUTES_A_DAY) {
    throw wrong(rule, `"${text}" is no time of the day, wanted 08:00-18:00`);
  }
  if (fromMinute === untilMinute) throw wrong(rule, `"${text}" begins where it ends`);
  return { fromMinute, untilMinute };
}

/** 24:00 is the day's end. */
function minuteOf(hour: string | undefined, minutes: string | undefined): number | undefined {
  const minute = Number(hour) * 60 + Number(minutes);
  return Number(minutes) < 60 && minute <= MINUTES_A_DAY ? minute : undefined;
}

function rateOf(text: string, rule: string): number | undefined {
  const word = text.trim().toLowerCase();
  if (word === "unlimited") return undefined;
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?) ?([a-z]+)(?:\/s)?$/.exec(word) ?? [];
  const factor = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
  const rate = Math.floor(Number(amount) * (factor ?? Number.NaN));
  if (!(rate >= 1)) throw wrong(rule, `"${text}" is no rate, wanted 20Mbit, 5MiB or unlimited`);
  return rate;
}

function wrong(rule: string, state: string): BandwidthRuleError {
  return new BandwidthRuleError(`Cannot understand the bandwidth limit "${rule}": ${state}`);
}
