import { FakeClock } from "../../base/testing/index.ts";
import type { StorageCallOptions, StorageTraits, StoredObject } from "../../storage/index.ts";
import { MemoryStorage } from "../../storage/testing/index.ts";

/** How late listings of a `LateStorage` are. */
export const LATE_MS = 60_000;

/** Another program acts when so much of a sleep is over. */
export class HookedClock extends FakeClock {
  during: { readonly ms: number; readonly act: () => Promise<void> } | undefined;

  override async sleep(milliseconds: number): Promise<void> {
    const { during } = this;
    if (during === undefined) return await super.sleep(milliseconds);
    this.during = undefined;
    await super.sleep(during.ms);
    await during.act();
    await super.sleep(milliseconds - during.ms);
  }
}

/** Listings miss what was put in the last minute, and show what was deleted in it below some prefixes. */
export class LateStorage extends MemoryStorage {
  override readonly traits: StorageTraits = {
    conditionalCreate: true,
    objectLock: false,
    latency: "network",
    listsLateMs: LATE_MS,
  };
  readonly #clock: FakeClock;
  readonly #put = new Map<string, number>();
  readonly #deleted = new Map<string, StoredObject & { readonly at: number }>();
  readonly #showsDeleted: readonly string[];
  /** Right behind a put of an object that begins so. */
  after: { readonly prefix: string; readonly act: () => Promise<void> } | undefined;
  /** Right before a listing of what begins so. */
  before: { readonly prefix: string; readonly act: () => Promise<void> } | undefined;

  constructor(clock: FakeClock, showsDeleted: readonly string[]) {
    super();
    this.#clock = clock;
    this.#showsDeleted = showsDeleted;
  }

  override async put(name: string, parts: readonly Uint8Array[]): Promise<void> {
    await super.put(name, parts);
    this.#put.set(name, this.#clock.monotonicMs());
    const { after } = this;
    if (after === undefined || !name.startsWith(after.prefix)) return;
    this.after = undefined;
    await after.act();
  }

  override async delete(name: string): Promise<void> {
    const was = await this.stat(name);
    await super.delete(name);
    if (was !== undefined) this.#deleted.set(name, { ...was, at: this.#clock.monotonicMs() });
  }

  override async *list(prefix: string, options?: StorageCallOptions): AsyncIterable<StoredObject> {
    const { before } = this;
    if (before !== undefined && prefix === before.prefix) {
      this.before = undefined;
      await before.act();
    }
    const seen = this.#clock.monotonicMs() - LATE_MS;
    const listed: StoredObject[] = [];
    for await (const object of super.list(prefix, options)) {
      if ((this.#put.get(object.name) ?? Number.NEGATIVE_INFINITY) <= seen) listed.push(object);
    }
    for (const { at, ...object } of this.#deleted.values()) {
      const isShown = this.#showsDeleted.some((shown) => object.name.startsWith(shown));
      if (isShown && at > seen && object.name.startsWith(prefix)) listed.push(object);
    }
    yield* listed.sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}
