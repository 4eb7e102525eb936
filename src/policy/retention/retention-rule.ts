/** A stretch of the calendar of which one restore point is kept. */
export type RetentionPeriod = "hour" | "day" | "week" | "month" | "year";

/**
 * Where periods begin, when not at their usual place (weeks on Monday, months on the 1st, years on January 1st). A day
 * that a month does not have is its last day: months that begin on the 31st begin on February 28th or 29th.
 */
export interface PeriodStart {
  /** For weeks: 1 Monday … 7 Sunday. */
  readonly weekday?: number | undefined;
  /** For months and years: 1 … 31. */
  readonly day?: number | undefined;
  /** For years: 1 … 12. */
  readonly month?: number | undefined;
}

/** Keeps one restore point of each period. */
export interface OneOfEach {
  readonly keep: "one-of-each";
  readonly period: RetentionPeriod;
  /** How many periods, counted back from the newest. */
  readonly count: number;
  /** Which one of a period: `last` moves on with every backup of the running period, `first` stays. */
  readonly which: "first" | "last";
  /**
   * `skipped`: periods without a restore point do not count, so that a machine that was off for a year keeps as many as
   * before. `counted`: the calendar counts, whatever was backed up.
   */
  readonly emptyPeriods: "skipped" | "counted";
  readonly start?: PeriodStart | undefined;
}

/** What a rule keeps. A restore point stays when any rule keeps it. */
export type RetentionRule =
  | { readonly keep: "all" }
  | { readonly keep: "last"; readonly count: number }
  | { readonly keep: "since"; readonly instant: Temporal.Instant }
  /** Counted back from now by the calendar: one month before March 31st is the end of February. */
  | { readonly keep: "within"; readonly duration: Temporal.Duration }
  | OneOfEach;
