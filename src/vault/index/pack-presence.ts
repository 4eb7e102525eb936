import { forEachBounded, hexFromBytes, throwIfInterrupted } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import { SessionKeyring } from "../crypto/open-header.ts";
import { hasFullKey, isFullKeyWriter, type WriterKeys } from "../crypto/vault-keys.ts";
import { damageIn, VaultDamagedError } from "../errors.ts";
import { digestFromName, PACKS_PREFIX } from "../format/object-names.ts";
import type { HostBook } from "../hosts/host-book.ts";
import type { HostClaims } from "../hosts/host-claims.ts";
import type { PackContents } from "../packs/pack-contents.ts";
import { type ReadPack, readPackContents } from "../packs/read-pack-contents.ts";
import type { ChunkIndex } from "./chunk-index.ts";
import type { SegmentLoading } from "./segment-loading.ts";

/** More packs than these are not listed at once, and not all of them whenever a session opens. */
const PACKS_LISTED = 65_536;
/** What the first byte of a pack's name may be. */
export const FIRST_BYTES = 256;
/** What one page of a listing names, in most stores. */
const LISTED_A_PAGE = 1000;
const STATS_AT_ONCE = 16;

/** Of the packs whose names begin with these bytes it was looked whether they are there. */
export type LookedAt = ReadonlySet<number>;

export interface PackPresenceParts {
  readonly storage: Storage;
  readonly keys: WriterKeys;
  readonly index: ChunkIndex;
  readonly claims: HostClaims;
  readonly loading: SegmentLoading;
  /** Whose packs count; a write-only host cannot tell. */
  readonly hosts: HostBook | undefined;
  /** @default 65,536 */
  readonly packsListed?: number | undefined;
}

/** Holds an index against the packs that are there. One call at a time. */
export class PackPresence {
  /** Packs whose footer cannot be used and that no segment names, or names with another length. */
  readonly unreadable = new Map<string, VaultDamagedError>();
  /** What no segment named. */
  readonly adopted: PackContents[] = [];
  readonly #parts: PackPresenceParts;
  /** Opens packs; a write-only host cannot. */
  readonly #keyring: SessionKeyring | undefined;
  #doubtsClaims = false;

  constructor(parts: PackPresenceParts) {
    this.#parts = parts;
    this.#keyring = hasFullKey(parts.keys) ? new SessionKeyring(parts.keys) : undefined;
  }

  /** Whether claims of hosts are looked at from now on; false when they were before. */
  doubtClaims(): boolean {
    const isNew = !this.#doubtsClaims;
    this.#doubtsClaims = true;
    return isNew;
  }

  /** All packs. */
  async reconcile(signal?: AbortSignal): Promise<void> {
    this.unreadable.clear();
    if (!this.#isLarge) await this.#reconcileUnder(undefined, signal);
    else
      for (let first = 0; first < FIRST_BYTES; first++) {
        throwIfInterrupted(signal);
        await this.#reconcileUnder(first, signal);
      }
    this.#parts.loading.keepGone();
  }

  /** As many as can be listed in a moment, from those on whose names begin with a byte; undefined when that is all of them: nothing was done then. */
  async reconcileSome(from: number, signal?: AbortSignal): Promise<LookedAt | undefined> {
    if (!this.#isLarge) return undefined;
    const looked = new Set<number>();
    const count = Math.max(1, Math.floor((FIRST_BYTES * this.#packsListed) / this.#parts.index.packCount));
    for (let i = 0; i < Math.min(count, FIRST_BYTES); i++) {
      const first = (from + i) % FIRST_BYTES;
      await this.#reconcileUnder(first, signal);
      looked.add(first);
    }
    this.#parts.loading.keepGone();
    return looked;
  }

  /** Looks for those packs that nobody has looked at; false when there are none. */
  async lookForOthers(packs: Iterable<number>, looked: LookedAt, signal?: AbortSignal): Promise<boolean> {
    const { index, loading } = this.#parts;
    const byByte = new Map<number, string[]>();
    for (const number of packs) {
      const { object } = index.pack(number);
      const first = digestFromName(object)?.[0] ?? 0;
      if (!looked.has(first)) byByte.set(first, [...(byByte.get(first) ?? []), object]);
    }
    if (byByte.size === 0) return false;
    const pages = Math.ceil(index.packCount / FIRST_BYTES / LISTED_A_PAGE);
    for (const [first, objects] of byByte) {
      if (objects.length > pages) await this.#reconcileUnder(first, signal);
      else {
        const look = async (object: string): Promise<void> => await this.#lookFor(object);
        await forEachBounded(objects, look, { limit: STATS_AT_ONCE, signal });
      }
    }
    loading.keepGone();
    return true;
  }

  get #packsListed(): number {
    return this.#parts.packsListed ?? PACKS_LISTED;
  }

  get #isLarge(): boolean {
    return this.#parts.loading.isLocal && this.#parts.index.packCount > this.#packsListed;
  }

  /** Packs whose names begin with a byte, or all: all that are known, and all that are there. */
  async #reconcileUnder(first: number | undefined, signal?: AbortSignal): Promise<void> {
    const { index, claims, loading } = this.#parts;
    const known = index.packCount; // packs that are added while we list need no looking at
    const there = await this.#listPacks(first, signal);
    claims.heed(there, PACKS_PREFIX + underByte(first));
    const named = new Set<string>();
    const resized: string[] = [];
    let areGone = false;
    for (const number of first === undefined ? numbersBelow(known) : index.packsUnder(first)) {
      if (index.isForgotten(number)) continue;
      const { object, sizeBytes, isThere } = index.pack(number);
      if (index.isNamed(number)) named.add(object);
      if (number >= known) continue;
      const isThereNow = there.get(object) === sizeBytes;
      index.setThere(number, isThereNow);
      loading.noteWhether(object, isThereNow);
      if (isThere && !isThereNow) areGone = true;
      if (!isThereNow && there.has(object)) resized.push(object);
    }
    for (const object of named) there.delete(object);
    if (areGone) {
      loading.forget(); // their chunks may be in other packs too, which segments name that were read already
      await loading.readNew(signal);
    }
    await this.#adopt(there, signal);
    for (const object of resized) {
      const damage = new VaultDamagedError(object, "its length is not the one that the index names");
      this.unreadable.set(object, damage);
    }
  }

  async #lookFor(object: string): Promise<void> {
    const { storage, index, loading } = this.#parts;
    const sizeBytes = (await storage.stat(object))?.sizeBytes;
    for (const number of index.packsNamed(digestFromName(object) as Uint8Array)) {
      const isThere = sizeBytes === index.pack(number).sizeBytes;
      index.setThere(number, isThere);
      loading.noteWhether(object, isThere);
    }
  }

  async #listPacks(first: number | undefined, signal?: AbortSignal): Promise<Map<string, number>> {
    const there = new Map<string, number>();
    const listed = this.#parts.storage.list(PACKS_PREFIX + underByte(first), { signal });
    for await (const { name, sizeBytes } of listed)
      if (digestFromName(name) !== undefined) there.set(name, sizeBytes);
    return there;
  }

  async #adopt(packs: ReadonlyMap<string, number>, signal?: AbortSignal): Promise<void> {
    const { keys, storage, index, claims } = this.#parts;
    const keyring = this.#keyring;
    if (keyring === undefined || !hasFullKey(keys)) return;
    for (const [object, sizeBytes] of packs) {
      if (index.isDoomed(object)) continue; // nobody begins to rely on it
      if (index.hasPack(digestFromName(object) as Uint8Array)) continue; // a segment names it by now
      if (!this.#doubtsClaims && claims.hasPack(object)) continue;
      try {
        const contents = await readPackContents(object, sizeBytes, { storage, keys, keyring, signal });
        if (isFullKeyWriter(contents.writer)) {
          index.addPack(contents);
          this.adopted.push(contents);
        } else await this.#adoptClaim(contents);
      } catch (error) {
        this.unreadable.set(object, damageIn(error));
      }
    }
  }

  /** Of a host whose key was taken away, only packs count that its segments of then name. */
  async #adoptClaim(contents: ReadPack): Promise<void> {
    const { hosts, claims } = this.#parts;
    const host = hexFromBytes(contents.writer);
    if (!(await hosts?.hasEnded(host))) claims.addPack(host, contents);
  }
}

function* numbersBelow(count: number): Generator<number> {
  for (let number = 0; number < count; number++) yield number;
}

function underByte(first: number | undefined): string {
  return first === undefined ? "" : `${first.toString(16).padStart(2, "0")}/`;
}
