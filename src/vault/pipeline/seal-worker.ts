import { parentPort, workerData } from "node:worker_threads";
import { StillpointError } from "../../base/index.ts";
import { type ChunkHasher, createChunkHasher } from "../chunking/chunk-hasher.ts";
import { identifyChunks } from "../chunking/identify.ts";
import { FRAME_BYTES } from "../format/layout.ts";
import { discard } from "../packs/discard.ts";
import { openFrame, sealFrame } from "../packs/frame-codec.ts";
import { hasStatedIds } from "../packs/stated-ids.ts";
import { encodeSidecar } from "../parity/sidecar.ts";
import { copyFrames } from "./copy-frames.ts";
import { readOpenFile } from "./in-thread/read-open-file.ts";
import {
  type FrameOrder,
  type HashTask,
  type OpenedFrame,
  type OpenTask,
  type SealTask,
  type TaskMessage,
  type TaskResults,
  UNREAD,
  type WorkerStart,
  type WorkerTask,
} from "./worker-tasks.ts";

const start = workerData as WorkerStart;
const hasher: ChunkHasher = await createChunkHasher(start.identityKey);
const gathered = Buffer.allocUnsafeSlow(FRAME_BYTES);

parentPort?.on("message", ({ ticket, task }: TaskMessage) => {
  try {
    parentPort?.postMessage({ ticket, result: perform(task) }, []);
  } catch (error) {
    const code = error instanceof StillpointError ? error.code : "internal";
    const message = error instanceof Error ? error.message : String(error);
    parentPort?.postMessage({ ticket, failure: { code, message } }, []);
  }
});

function perform(task: WorkerTask): TaskResults[keyof TaskResults] {
  if (task.kind === "hash") return hashAll(task);
  if (task.kind === "copy") return copyFrames(task, hasher);
  if (task.kind === "parity") return encodeSidecar(task.stripe, task);
  return task.kind === "seal" ? sealAll(task) : openAll(task);
}

function hashAll(task: HashTask): number {
  if (task.from !== undefined && !readOpenFile(task.bytes, task.from)) return UNREAD;
  return identifyChunks(task, hasher);
}

function sealAll(task: SealTask): readonly number[] {
  let at = 0;
  return task.frames.map((order) => {
    const length = sealFrame({ ...order, plain: oneRun(order) }, task, task.target.subarray(at));
    at += length;
    return length;
  });
}

function oneRun({ pieces }: FrameOrder): Uint8Array {
  if (pieces.length === 1) return pieces[0] as Uint8Array;
  let end = 0;
  for (const piece of pieces) {
    gathered.set(piece, end);
    end += piece.length;
  }
  return gathered.subarray(0, end);
}

function openAll(task: OpenTask): readonly (OpenedFrame | null)[] {
  const opened = task.frames.map(({ at, length }, i) => {
    const frame = openFrame(task.bytes.subarray(at, at + length), task);
    if (frame === undefined || !hasStatedIds(frame, hasher)) return null;
    task.target?.set(frame.plain, FRAME_BYTES * i);
    discard(frame.plain);
    const { ids, lengths, plainBytes } = frame.clear;
    return { ids, lengths, plainBytes };
  });
  discard(task.bytes); // it was given to this thread
  return opened;
}
