import type { SeededEntropy } from "../../base/testing/index.ts";
import type { ByteStore } from "../byte-source.ts";
import type { SparseMemoryStore } from "./sparse-memory-store.ts";

type Act =
  | { readonly kind: "write"; readonly bytes: Uint8Array; readonly offset: number }
  | { readonly kind: "truncate"; readonly sizeBytes: number }
  | { readonly kind: "flush" };

/** The smallest piece that a storage device writes as a whole. */
const TEAR_BYTES = 512;

/**
 * Remembers every change of a file, and gives back what a power cut could have left after any of them: all that was
 * flushed, and of what came later any part, down to single sectors of a write.
 */
export class CrashRecorder implements ByteStore {
  readonly #initial: SparseMemoryStore;
  readonly #store: SparseMemoryStore;
  readonly #acts: Act[] = [];
  readonly #onAct: () => void;

  /** The store stays as it is; changes go to a copy. `onAct` is told of each moment: to line up several files. */
  constructor(store: SparseMemoryStore, onAct: () => void = () => undefined) {
    this.#onAct = onAct;
    this.#initial = store.clone();
    this.#store = store.clone();
  }

  get sizeBytes(): number {
    return this.#store.sizeBytes;
  }

  /** How many changes and flushes there were so far: moments at which the power can fail. */
  get moments(): number {
    return this.#acts.length;
  }

  /** Everything, as if it had been flushed. */
  whole(): SparseMemoryStore {
    return this.#store.clone();
  }

  /** What may be left when the power fails after so many acts: nothing, all, and a few random parts of what was not flushed. */
  *afterCrash(moment: number, random: SeededEntropy, parts = 3): Iterable<SparseMemoryStore> {
    const done = this.#acts.slice(0, moment);
    const flushed = done.findLastIndex((act) => act.kind === "flush") + 1;
    const durable = this.#initial.clone();
    for (const act of done.slice(0, flushed)) apply(durable, act);
    const loose = done.slice(flushed);
    yield durable.clone();
    if (loose.length === 0) return;
    yield withActs(durable, loose);
    for (let n = 0; n < parts; n++) {
      const kept = loose.filter(() => random.below(2) === 0);
      yield withActs(durable, random.below(2) === 0 ? kept : kept.flatMap((act) => torn(act, random)));
    }
  }

  async read(target: Uint8Array, offset: number): Promise<void> {
    await this.#store.read(target, offset);
  }

  async write(bytes: Uint8Array, offset: number): Promise<void> {
    await this.#record({ kind: "write", bytes: bytes.slice(), offset });
  }

  async flush(): Promise<void> {
    await this.#record({ kind: "flush" });
  }

  async truncate(sizeBytes: number): Promise<void> {
    await this.#record({ kind: "truncate", sizeBytes });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // nothing is held
  }

  async #record(act: Act): Promise<void> {
    this.#acts.push(act);
    apply(this.#store, act);
    this.#onAct();
    await Promise.resolve();
  }
}

function withActs(base: SparseMemoryStore, acts: readonly Act[]): SparseMemoryStore {
  const store = base.clone();
  for (const act of acts) apply(store, act);
  return store;
}

function apply(store: SparseMemoryStore, act: Act): void {
  if (act.kind === "write") store.put(act.bytes, act.offset);
  else if (act.kind === "truncate") store.resize(act.sizeBytes);
}

/** Some sectors of a write. */
function torn(act: Act, random: SeededEntropy): readonly Act[] {
  if (act.kind !== "write") return [act];
  const pieces: Act[] = [];
  // no more than some dozens of pieces, so that a write of a megabyte costs no more than a small one
  const step = Math.max(TEAR_BYTES, Math.ceil(act.bytes.length / 32 / TEAR_BYTES) * TEAR_BYTES);
  for (let at = 0; at < act.bytes.length; at += step) {
    if (random.below(2) === 0) {
      pieces.push({ kind: "write", bytes: act.bytes.subarray(at, at + step), offset: act.offset + at });
    }
  }
  return pieces;
}
