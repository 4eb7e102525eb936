import { packName } from "../format/object-names.ts";
import { ChunkIndex, type FrameLocation } from "../index/chunk-index.ts";
import type { Segment } from "../index/segment-codec.ts";
import type { PackContents } from "../packs/pack-contents.ts";

/** A frame's number and a pack's among claims: above all that an index gives. */
export const FIRST_CLAIMED: number = 2 ** 40;
const HOST_NUMBERS = 2 ** 34;

interface FrameCount {
  readonly frames: { readonly length: number };
}

/** A pack that a write-only host stored, as its own segment says. */
export interface ClaimedPack {
  /** The pack's name in the storage. */
  readonly object: string;
  readonly sizeBytes: number;
  readonly frameCount: number;
  /** 32 hexadecimal digits. */
  readonly host: string;
}

/**
 * What write-only hosts say that they stored, each host for itself: no more than a claim until a full-key holder has read it
 * back. Only restore points of the same host are read by it, so that one host cannot spoil another's. In memory, about 21 bytes
 * a chunk.
 */
export class HostClaims {
  readonly #byHost = new Map<string, { readonly index: ChunkIndex; readonly first: number }>();
  readonly #packs = new Map<string, ClaimedPack>();
  readonly #segments = new Map<string, { readonly host: string; readonly packs: readonly string[] }>();

  /** Packs from which nothing more is read. */
  readonly #spoiled = new Set<string>();

  /** A segment that the host signed. */
  addSegment(host: string, segment: Segment, object: string): void {
    this.#indexOf(host).index.addSegment(segment);
    const packs = segment.packs.map((pack) => this.#note(host, pack));
    this.#segments.set(object, { host, packs });
  }

  /** A pack that the host put and no segment names: as its footer says. */
  addPack(host: string, contents: PackContents): void {
    this.#indexOf(host).index.addPack(contents);
    this.#note(host, contents);
  }

  /** Whether a host says that it stored this pack. */
  hasPack(object: string): boolean {
    return this.#packs.has(object);
  }

  /** All packs that hosts claim. */
  get packs(): readonly ClaimedPack[] {
    return [...this.#packs.values()];
  }

  /** Those that are there. A pack that several hosts claim comes several times. */
  *packsThere(): Generator<string> {
    for (const { index } of this.#byHost.values())
      for (const { object, isThere } of index.eachPack()) if (isThere) yield object;
  }

  /** The segments by hosts, by their names, with the packs that each names. */
  get segments(): ReadonlyMap<string, { readonly host: string; readonly packs: readonly string[] }> {
    return this.#segments;
  }

  /** Claimed packs are there or not, those of them whose names begin so. */
  heed(there: ReadonlyMap<string, number>, prefix: string): void {
    for (const { index } of this.#byHost.values()) {
      for (const [number, { object, sizeBytes }] of index.packs.entries())
        if (object.startsWith(prefix))
          index.setThere(number, there.get(object) === sizeBytes && !this.#spoiled.has(object));
    }
  }

  /** Whoever took out of damaged packs what can be read: from now on chunks of theirs are elsewhere, or nowhere. */
  spoil(objects: Iterable<string>): void {
    for (const object of objects) {
      this.#spoiled.add(object);
      for (const { index } of this.#byHost.values()) index.setGone(object);
    }
  }

  /** Whether a host says that it stored a chunk, whatever became of its pack. */
  names(host: string, id: Uint8Array): boolean {
    return this.#byHost.get(host)?.index.findAnyway(id) !== undefined;
  }

  /** Where a host says that a chunk of its own restore points is. */
  locate(host: string, id: Uint8Array): FrameLocation | undefined {
    const claims = this.#byHost.get(host);
    const frame = claims?.index.findReadable(id);
    if (claims === undefined || frame === undefined) return undefined;
    const location = claims.index.locate(frame);
    return { ...location, frame: claims.first + frame, pack: claims.first + location.pack };
  }

  #note(
    host: string,
    { digest, sizeBytes, frames }: Pick<PackContents, "digest" | "sizeBytes"> & FrameCount,
  ): string {
    const object = packName(digest);
    if (this.#spoiled.has(object)) this.#indexOf(host).index.setGone(object);
    const known = this.#packs.get(object);
    const frameCount = Math.max(known?.frameCount ?? 0, frames.length); // one host may say less of another one's
    this.#packs.set(object, { ...(known ?? { object, sizeBytes, host }), frameCount });
    return object;
  }

  #indexOf(host: string): { readonly index: ChunkIndex; readonly first: number } {
    let claims = this.#byHost.get(host);
    if (claims === undefined) {
      claims = { index: new ChunkIndex(), first: FIRST_CLAIMED + HOST_NUMBERS * this.#byHost.size };
      this.#byHost.set(host, claims);
    }
    return claims;
  }
}
