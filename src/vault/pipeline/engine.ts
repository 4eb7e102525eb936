import { MIB } from "../../base/index.ts";
import { FRAME_BYTES, HASH_BYTES, PACK_BYTES } from "../format/layout.ts";
import { PACK_BUFFER_BYTES } from "../packs/pack-builder.ts";
import { SidecarMaker } from "../parity/sidecar-maker.ts";
import { BufferPool } from "./buffer-pool.ts";
import { WorkerPool } from "./worker-pool.ts";

/** What is read at once. */
export const STRETCH_BYTES: number = 2 * MIB;
/** More than this are not read at once, however small they are. */
export const STRETCH_CHUNKS = 4096;
/** The frames of a stretch, with one that was left over before it. */
export const OUTPUT_BYTES: number = STRETCH_BYTES + FRAME_BYTES + 256 * 1024;
/** How many frames are read and opened at once. */
export const RUN_FRAMES = 8;
const LEAST_BUDGET = 64 * MIB;
/** Packs that are under construction: one of each class. */
const OPEN_PACKS = 2;

export interface EngineOptions {
  readonly workers: number;
  readonly identityKey: Uint8Array;
  /** For buffers and packs together. */
  readonly memoryBudgetBytes: number;
  /** Whether packs have sidecars. */
  readonly hasParity?: boolean;
}

/**
 * Threads and memory of one vault: all its sessions and readers share them, so the budget holds however many there are.
 */
export class Engine implements AsyncDisposable {
  readonly workers: WorkerPool;
  /** Of `STRETCH_BYTES` and the ids of `STRETCH_CHUNKS`: what is being read, hashed and sealed. */
  readonly stretches: BufferPool;
  /** Of `FRAME_BYTES`: chunks that wait for others to share a frame with them. Each file holds few. */
  readonly gathers: BufferPool;
  /** Of `OUTPUT_BYTES`: where frames are sealed to. As many as tasks of sealing. */
  readonly outputs: BufferPool;
  /** Of `RUN_FRAMES` times `FRAME_BYTES`: what was opened and is on its way out. As many as runs that are read at once. */
  readonly opened: BufferPool;
  /** Where packs are built. As many as packs under construction and on their way. */
  readonly packBuffers: BufferPool;
  /** Of a vault whose packs have sidecars. */
  readonly sidecars: SidecarMaker | undefined;
  /** How many stretches one file has in hand at once. */
  readonly stretchesAhead: number;
  /** How many tasks of sealing one file has in hand at once. */
  readonly sealsAhead: number;
  /** How many packs are on their way to the storage at once. */
  readonly putsAtOnce: number;

  constructor(options: EngineOptions) {
    const budget = Math.max(LEAST_BUDGET, options.memoryBudgetBytes);
    this.workers = new WorkerPool({ size: options.workers, start: { identityKey: options.identityKey } });
    this.putsAtOnce = 1;
    const stripes = options.hasParity === true ? 1 : 0;
    this.sidecars = stripes === 1 ? new SidecarMaker(this.workers, PACK_BUFFER_BYTES) : undefined;
    const forBuffers = budget - (OPEN_PACKS + this.putsAtOnce + stripes) * PACK_BYTES;
    const wanted = 4 * options.workers + 2;
    const count = Math.max(4, Math.min(wanted, Math.floor((0.75 * forBuffers) / STRETCH_BYTES)));
    this.stretches = new BufferPool({
      bufferBytes: STRETCH_BYTES + HASH_BYTES * STRETCH_CHUNKS,
      limit: count,
      kind: "shared",
    });
    const limit = Number.POSITIVE_INFINITY;
    this.gathers = new BufferPool({ bufferBytes: FRAME_BYTES, limit, kind: "shared" });
    this.outputs = new BufferPool({ bufferBytes: OUTPUT_BYTES, limit, kind: "shared" });
    this.opened = new BufferPool({ bufferBytes: RUN_FRAMES * FRAME_BYTES, limit, kind: "shared" });
    this.packBuffers = new BufferPool({ bufferBytes: PACK_BUFFER_BYTES, limit, kind: "own" });
    this.sealsAhead = options.workers + 1;
    this.stretchesAhead = Math.max(2, Math.min(2 * options.workers + 2, count - 2));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.workers[Symbol.asyncDispose]();
  }
}
