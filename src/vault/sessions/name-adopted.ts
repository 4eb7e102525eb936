import type { Clock } from "../../base/index.ts";
import type { LoadedIndex } from "../index/load-index.ts";
import { outwaitListings } from "../outwait-listings.ts";
import type { RemovalNotes } from "../removal/removal-notes.ts";
import { writeSegment } from "./write-segment.ts";

export type NameAdoptedParts = Parameters<typeof writeSegment>[1] & {
  readonly clock: Clock;
  readonly loaded: LoadedIndex;
  readonly notes: Pick<RemovalNotes, "doomedLists">;
};

/**
 * Names packs that no segment named. One of them may be a copy of a pack that went, put again, and its list too while we were about to
 * name it: a prune that did not see our segment waits for nobody, so lists and packs are looked at once more (docs/vault-format.md 10.1, 6).
 */
export async function nameAdopted(parts: NameAdoptedParts, signal?: AbortSignal): Promise<void> {
  const { loaded, notes } = parts;
  const adopted = loaded.adoptedPacks.map(({ digest }) => digest);
  if (adopted.length === 0) return;
  await loaded.nameAdopted(async (packs) => {
    loaded.noteWritten(await writeSegment(packs, parts), packs);
  });
  for (const { packs } of await notes.doomedLists(signal)) loaded.index.doom(packs);
  await outwaitListings(1, { ...parts, signal }); // packs of lists that were struck are not listed any more then
  const numbers = adopted.flatMap((digest) => loaded.index.packsNamed(digest));
  const areThere = await loaded.confirm(numbers, new Set(), signal);
  if (!areThere) await loaded.placeAnew(signal); // what was in them may be in others too
}
