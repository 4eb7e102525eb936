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

/**
 * What becomes of each pack that is there and was when marking began: one after the other, there may be millions. A pack has several
 * numbers where several runs hold it, and a chunk counts under one of them: nothing goes before all of them were asked.
 */
export function* packFates(
  options: ChooseOptions,
): Generator<PackUse & { readonly number: number; readonly becomes: Fate }> {
  const { index, needed } = options;
  for (let number = 0; number < needed.packCount; number++) {
    if (index.isForgotten(number)) continue;
    const pack = index.pack(number);
    if (!pack.isThere) continue;
    const alone = fateOf(pack, [pack], options);
    if (alone.becomes === "keep" && alone.neededBytes >= options.moveBelow * pack.sizeBytes) {
      yield { number, pack, ...alone };
      continue;
    }
    const numbers = numbersOf(pack, options);
    if (number !== Math.min(...numbers)) continue; // the first one tells
    const numbered = numbers.map((each) => index.pack(each));
    yield { number, pack, ...(numbers.length === 1 ? alone : fateOf(pack, numbered, options)) };
  }
}

type Fate = "drop" | "move" | "keep";

/** Of one pack, under all of its numbers. */
function fateOf(
  pack: IndexedPack,
  numbered: readonly IndexedPack[],
  { index, needed, moveBelow }: ChooseOptions,
): { readonly neededBytes: number; readonly becomes: Fate } {
  const { object, sizeBytes, isDoomed } = pack;
  const neededBytes = numbered.reduce((sum, each) => sum + neededBytesOf(each, { index, needed }), 0);
  if (neededBytes === 0) return { neededBytes, becomes: "drop" };
  if (isDoomed) return { neededBytes, becomes: "move" };
  const isLittle = neededBytes < moveBelow * sizeBytes || index.isDamaged(object);
  // what cannot be carried along is perhaps nowhere else: it waits for a backup that has it still
  const canMove = isLittle && !numbered.some((each) => isNeededDamaged(each, { index, needed }));
  return { neededBytes, becomes: canMove ? "move" : "keep" };
}

/** Those that it had when marking began. */
function numbersOf({ object }: IndexedPack, { index, needed }: ChooseOptions): readonly number[] {
  return index
    .numbersOf(object)
    .filter((each) => each < needed.packCount && !index.isForgotten(each) && index.pack(each).isThere);
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
