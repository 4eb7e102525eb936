import { hexFromBytes } from "../../../base/index.ts";
import { LocalIndexDamagedError } from "./errors.ts";
import { isOfSystem } from "./is-of-system.ts";
import { mergeRuns } from "./merge-runs.ts";
import type { RunFile } from "./run-file.ts";
import type { RunPlace } from "./write-run.ts";

export interface MergeGroupOptions {
  /** Digests of the segments that are there. */
  readonly present: ReadonlySet<string>;
  readonly place: RunPlace;
  readonly onProgress?: ((doneChunks: number) => void) | undefined;
}

/**
 * Makes one run of several, and deletes these when the new one is whole: of both, the larger one counts. "damaged" when one of them was and
 * is deleted, "failed" when there is no room, or another program has taken one away. The files stay open.
 */
export function mergeGroup(
  group: readonly RunFile[],
  { present, place, onProgress }: MergeGroupOptions,
): "merged" | "damaged" | "failed" {
  const isThere = ({ digest }: { readonly digest: Uint8Array }): boolean => present.has(hexFromBytes(digest));
  try {
    mergeRuns(
      group.map((run) => ({ run, isThere })),
      place,
      onProgress,
    );
  } catch (error) {
    if (error instanceof LocalIndexDamagedError) {
      const damaged = group.find(({ path }) => path === error.path);
      damaged?.remove();
      return damaged === undefined ? "failed" : "damaged";
    }
    if (!isOfSystem(error)) throw error;
    return "failed";
  }
  for (const run of group) run.remove();
  return "merged";
}
