/** Frames of a pack that do not open to what was sealed. */
export interface DamagedPack {
  /** The pack's name in the storage. */
  readonly pack: string;
  /** Where the frames begin; left out: all of them. */
  readonly frames?: readonly number[] | undefined;
}

interface PackFrameNumbers {
  readonly object: string;
  readonly firstFrame: number;
  readonly frameCount: number;
}

/** What is known to be damaged of packs, be they in the index or not, and the numbers of those of their frames that are. */
export class StruckPacks {
  /** By pack, where damaged frames begin. */
  readonly #damage = new Map<string, Set<number> | "all">();
  readonly #struck = new Set<number>();

  get packs(): Iterable<string> {
    return this.#damage.keys();
  }

  /** Whether this is new. */
  add({ pack, frames }: DamagedPack): boolean {
    const known = this.#damage.get(pack);
    if (known === "all") return false;
    const offsets = new Set([...(known ?? []), ...(frames ?? [])]);
    if (frames !== undefined && offsets.size === known?.size) return false;
    this.#damage.set(pack, frames === undefined ? "all" : offsets);
    return true;
  }

  has(pack: string): boolean {
    return this.#damage.has(pack);
  }

  /** Whether anything was known. */
  forgive(pack: string): boolean {
    return this.#damage.delete(pack);
  }

  forgiveFrames({ firstFrame, frameCount }: PackFrameNumbers): void {
    for (let k = 0; k < frameCount; k++) this.#struck.delete(firstFrame + k);
  }

  /** The pack has these numbers in the index; `offsetOf` says where a frame begins. */
  strikeFrames(
    { object, firstFrame, frameCount }: PackFrameNumbers,
    offsetOf: (frame: number) => number,
  ): void {
    const damage = this.#damage.get(object);
    if (damage === undefined) return;
    for (let frame = firstFrame; frame < firstFrame + frameCount; frame++) {
      if (damage === "all" || damage.has(offsetOf(frame))) this.#struck.add(frame);
    }
  }

  isStruck(frame: number): boolean {
    return this.#struck.has(frame);
  }

  /** Frames get other numbers. */
  forgetFrames(): void {
    this.#struck.clear();
  }
}
