import { parentPort, type Transferable, workerData } from "node:worker_threads";
import { StillpointError } from "../../base/index.ts";
import { type ChunkHasher, createChunkHasher } from "../chunking/chunk-hasher.ts";
import { identifyChunks } from "../chunking/identify.ts";
import { FRAME_BYTES } from "../format/layout.ts";
import { openFrame, sealFrame } from "../packs/frame-codec.ts";
import { hasStatedIds } from "../packs/stated-ids.ts";
import type {
  FrameOrder,
  OpenedFrame,
  OpenTask,
  SealTask,
  TaskMessage,
  TaskResults,
  WorkerStart,
  WorkerTask,
} from "./worker-tasks.ts";

const start = workerData as WorkerStart;
const hasher: ChunkHasher = await createChunkHasher(start.identityKey);
const gathered = Buffer.allocUnsafeSlow(FRAME_BYTES);
/** Below this it is cheaper to copy than to give a buffer of its own away; and small buffers share a pool. */
const SMALL = 64 * 1024;

parentPort?.on("message", ({ ticket, task }: TaskMessage) => {
  try {
    const { result, given } = perform(task);
    parentPort?.postMessage({ ticket, result }, given);
  } catch (error) {
    const code = error instanceof StillpointError ? error.code : "internal";
    const message = error instanceof Error ? error.message : String(error);
    parentPort?.postMessage({ ticket, failure: { code, message } }, []);
  }
});

interface Performed {
  readonly result: TaskResults[keyof TaskResults];
  readonly given: Transferable[];
}

function perform(task: WorkerTask): Performed {
  if (task.kind === "hash") {
    const ids = identifyChunks(task.bytes, task.lengths, hasher);
    return { result: ids, given: [ids.buffer as ArrayBuffer] };
  }
  if (task.kind === "seal") {
    const frames = task.frames.map((frame) => seal(frame, task));
    return { result: frames, given: frames.map((frame) => frame.buffer) };
  }
  return open(task);
}

function seal(order: FrameOrder, task: SealTask): Uint8Array<ArrayBuffer> {
  return sealFrame({ ...order, plain: oneRun(order.pieces) }, task);
}

function oneRun(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0] as Uint8Array;
  let end = 0;
  for (const piece of pieces) {
    gathered.set(piece, end);
    end += piece.length;
  }
  return gathered.subarray(0, end);
}

function open(task: OpenTask): Performed {
  const given: Transferable[] = [];
  const result = task.frames.map(({ at, length }): OpenedFrame | null => {
    const opened = openFrame(task.bytes.subarray(at, at + length), task);
    if (opened === undefined || !hasStatedIds(opened, hasher)) return null;
    const { ids, lengths } = opened.clear;
    if (task.wanted === "verdict") return { ids, lengths, plain: new Uint8Array(0) };
    const plain = opened.plain.length < SMALL ? new Uint8Array(opened.plain) : opened.plain;
    given.push(plain.buffer as ArrayBuffer);
    return { ids, lengths, plain };
  });
  return { result, given };
}
