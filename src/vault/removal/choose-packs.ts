import type { ChunkIndex, IndexedPack } from "../index/chunk-index.ts";
import type { NeededChunks } from "./needed-chunks.ts";

/** How much of a pack restore points need. */
export interface PackUse {
  readonly pack: IndexedPack;
  /** Estimated from the chunks of each frame. */
  readonly neededBytes: number;
}

/** Numbers of packs in the index. */
export interface PackChoice {
  /** Nothing of them is needed. */
  readonly drop: readonly number[];
  /** Little of them is needed, they are doomed already, or damaged where nothing is needed: what is needed moves. */
  readonly move: readonly number[];
}

export interface ChooseOptions {
  readonly index: ChunkIndex;
  readonly needed: NeededChunks;
  /** A pack of which a smaller share is needed is rewritten: 0 rewrites none, 1 all that are not whole. */
  readonly moveBelow: number;
}

/** What does not stay of the packs that are there. */
export function choosePacks(options: ChooseOptions): PackChoice {
  const [drop, move]: [number[], number[]] = [[], []];
  for (const { number, becomes } of packFates(options)) {
    if (becomes === "drop") drop.push(number);
    else if (becomes === "move") move.push(number);
  }
  return { drop, move };
}

/** What becomes of each pack that is there and was when marking began: one after the other, there may be millions. */
export function* packFates({
  index,
  needed,
  moveBelow,
}: ChooseOptions): Generator<
  PackUse & { readonly number: number; readonly becomes: "drop" | "move" | "keep" }
> {
  for (let number = 0; number < needed.packCount; number++) {
    if (index.isForgotten(number)) continue;
    const pack = index.pack(number);
    if (!pack.isThere) continue;
    const neededBytes = neededBytesOf(pack, { index, needed });
    const isLittle = neededBytes < moveBelow * pack.sizeBytes || index.isDamaged(pack.object);
    const use = { number, pack, neededBytes };
    if (neededBytes === 0) yield { ...use, becomes: "drop" };
    else if (pack.isDoomed) yield { ...use, becomes: "move" };
    // what cannot be carried along is perhaps nowhere else: it waits for a backup that has it still
    else if (isLittle && !isNeededDamaged(pack, { index, needed })) yield { ...use, becomes: "move" };
    else yield { ...use, becomes: "keep" };
  }
}

function isNeededDamaged(
  { firstFrame, frameCount }: IndexedPack,
  { index, needed }: Omit<ChooseOptions, "moveBelow">,
): boolean {
  for (let frame = firstFrame; frame < firstFrame + frameCount; frame++) {
    if (index.isStruck(frame) && needed.neededIn(frame) > 0) return true;
  }
  return false;
}

function neededBytesOf(pack: IndexedPack, { index, needed }: Omit<ChooseOptions, "moveBelow">): number {
  let bytes = 0;
  for (let frame = pack.firstFrame; frame < pack.firstFrame + pack.frameCount; frame++) {
    const count = needed.neededIn(frame);
    if (count > 0) bytes += (index.locate(frame).sealedBytes * count) / Math.max(1, index.chunksIn(frame));
  }
  return bytes;
}
