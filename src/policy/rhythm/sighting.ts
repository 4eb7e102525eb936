/** What was seen of a machine's replication in one half hour of one day; however often it was looked at, it counts once. */
export interface Sighting {
  /** Half hours since 1970, as `halfHourOf()` counts. */
  readonly halfHour: number;
  /** At least once something of it blocked a backup. */
  readonly blocked: boolean;
  /** A backup held the machine, which is more than a look: no state says that a replica applies a log. */
  readonly held: boolean;
}

/** What sightings say about when to back a machine up. What was seen; never a promise. */
export type QuietSlot =
  | {
      /** `slot`: blocked nowhere in it, or less often than elsewhere. */
      readonly kind: "slot";
      /** Minutes after midnight in UTC. */
      readonly fromMinute: number;
      /** 30 to 1440; it may go past midnight. */
      readonly minutes: number;
      /** How many sightings lie in it, and how many of those saw it blocked, or held it. */
      readonly observations: number;
      readonly blocked: number;
      readonly held: number;
    }
  | {
      /** `never-blocked`: nothing to avoid was seen. `never-free`: nothing else. `not-enough`: nobody knows. */
      readonly kind: "never-blocked" | "never-free" | "not-enough";
      readonly observations: number;
    };
