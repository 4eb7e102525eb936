import { forEachBounded } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import type { ChunkIndex } from "../index/chunk-index.ts";
import type { PackSizes } from "../index/pack-sizes.ts";
import type { DoomedLists } from "./doomed-lists.ts";
import type { OldSidecars } from "./old-sidecars.ts";
import type { DoomedList } from "./removal-notes.ts";

const DELETES_AT_ONCE = 8;

export interface CarryOutParts {
  readonly storage: Pick<Storage, "stat">;
  /** By which it was told what is needed of packs. */
  readonly index: Pick<ChunkIndex, "numbersOf" | "isForgotten" | "pack">;
  /** Packs that were listed before. */
  readonly listed: Pick<PackSizes, "has" | "sizeOf">;
  /** Packs that hold something which is needed and could not be moved. */
  readonly stays: { has(pack: string): boolean };
  /** Lists that are not carried out yet: what several name goes with the last of them. */
  readonly waiting?: readonly DoomedList[];
  readonly sidecars: Pick<OldSidecars, "deleteWith">;
  readonly doomed: Pick<DoomedLists, "strike">;
  readonly onDeleted: (packBytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Deletes what lists name on which nobody relies any more, and the lists: docs/vault-format.md 10.1, 6. A pack goes only when it was
 * looked whether it is needed, and no segment does as long as a pack stays that may be: nobody would find what is in it again.
 */
export async function carryOutLists(lists: readonly DoomedList[], parts: CarryOutParts): Promise<void> {
  const { listed, stays, sidecars, signal } = parts;
  const bounds = { limit: DELETES_AT_ONCE, signal };
  const left = new Set<string>();
  const awaited = new Set(parts.waiting?.flatMap(({ packs }) => packs));
  let isNeeded = false;
  const removePack = async (pack: string): Promise<void> => {
    if (stays.has(pack) || awaited.has(pack) || (await isOverlooked(pack, parts))) {
      left.add(pack);
      isNeeded = true;
    } else if (await sidecars.deleteWith(pack)) parts.onDeleted(listed.sizeOf(pack));
    else left.add(pack);
  };
  const removeSegment = async (segment: string): Promise<void> => {
    if (isNeeded || !(await sidecars.deleteWith(segment))) left.add(segment);
  };
  for (const { packs } of lists) await forEachBounded(packs, removePack, bounds);
  for (const { segments } of lists) await forEachBounded(segments, removeSegment, bounds);
  const isLeft = (object: string): boolean => left.has(object);
  for (const list of lists) {
    if (!list.packs.some(isLeft) && !list.segments.some(isLeft)) await parts.doomed.strike(list);
  }
}

/** Whether a pack is there that a listing left out: then nobody has asked whether it is needed. */
async function isOverlooked(pack: string, { storage, index, listed }: CarryOutParts): Promise<boolean> {
  const known = index
    .numbersOf(pack)
    .filter((number) => !index.isForgotten(number))
    .map((number) => index.pack(number));
  // of another length than segments say, it was not left out: nothing can be read of it by them
  const isJudged =
    known.length === 0 ||
    known.some(({ isThere, sizeBytes }) => isThere || sizeBytes !== listed.sizeOf(pack));
  if (listed.has(pack) && isJudged) return false;
  return (await storage.stat(pack)) !== undefined;
}
