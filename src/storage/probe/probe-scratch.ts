import type { Storage } from "../storage.ts";

/** What a place does beyond the port; undefined where it has no such thing, or nobody may ask. */
export interface PlaceFacts {
  /** Whether a deleted object stays behind as an old version. */
  readonly versioning?: "on" | "suspended" | "off" | undefined;
  /** Whether objects can be locked, what locks each new one, and whether a lock was seen to hold. */
  readonly objectLock?:
    | {
        readonly possible: boolean;
        readonly byDefault?: { readonly mode: string; readonly days: number } | undefined;
        readonly holds?: boolean | undefined;
      }
    | undefined;
}

/** A place of its own beside a vault's objects, which no list of a vault shows: its name begins with a dot. */
export interface ProbeScratch extends AsyncDisposable {
  /** The place that is looked at, as people name it. */
  readonly location: string;
  /** Two connections to the same objects. */
  readonly one: Storage;
  readonly other: Storage;
  /** May write into the scratch. */
  facts(signal?: AbortSignal): Promise<PlaceFacts>;
  /** Removes all that was written. Gives how many objects stay, because a lock or a missing right forbids to remove them. */
  remove(): Promise<number>;
}

/** Begins with a dot, so no object has it. */
export const SCRATCH_NAME = ".probe-";
