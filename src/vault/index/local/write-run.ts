import { closeSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import { InternalError } from "../../../base/index.ts";
import { filterShape } from "./filter.ts";
import { FilterWriter } from "./filter-writer.ts";
import type { Key } from "./keys.ts";
import {
  FILTER_BLOCK_BYTES,
  FrameRecord,
  MOST_IN_RUN,
  PackRecord,
  RUN_MAGIC,
  RUN_VERSION,
  RunHead,
  SegmentRecord,
} from "./layout.ts";
import { PageWriter } from "./page-writer.ts";
import { homesFor, SortedWriter } from "./sorted-writer.ts";
import { TableWriter } from "./table-writer.ts";

export type AddKey = (key: Key, value: number) => void;
export type AddFrame = (frame: {
  readonly pack: number;
  readonly offset: number;
  readonly sealedBytes: number;
  readonly chunkCount: number;
}) => void;
export type AddPack = (pack: {
  readonly digest: Uint8Array;
  readonly sizeBytes: number;
  readonly firstFrame: number;
  readonly frameCount: number;
}) => void;

/** A segment that a run holds whole. */
export interface RunSegment {
  readonly digest: Uint8Array;
  readonly firstPack: number;
  readonly packCount: number;
}

/** What a run is made of; each part is asked for once, in this order. */
export interface RunContent {
  /** How many chunks there will be, or a few less. */
  readonly chunkCount: number;
  readonly packCount: number;
  /** Ascending; values are frames of this run. */
  chunks(add: AddKey): void;
  /** Packs by their digests, ascending; values are packs of this run. */
  names(add: AddKey): void;
  frames(add: AddFrame): void;
  packs(add: AddPack): void;
  readonly segments: readonly RunSegment[];
}

export interface RunPlace {
  /** The run's own number, in all of its pages. */
  readonly run: number;
  readonly vault: Uint8Array;
  /** Where it is written, and where it is when it is whole. */
  readonly draft: string;
  readonly path: string;
  /** Where its filter is put by, while there is no room for it. */
  readonly filterDraft: string;
  /** What its filter may take. */
  readonly filterBytes: number;
}

/**
 * Writes a run, whole or not at all: it has its name when all its bytes are durable. Holds two megabytes.
 * @throws {LocalIndexDamagedError} when what was put by of it is not what was written
 */
export function writeRun(content: RunContent, place: RunPlace): void {
  const file = openSync(place.draft, "wx", 0o600);
  try {
    try {
      writeInto(file, content, place);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(place.draft, place.path);
  } catch (error) {
    rmSync(place.draft, { force: true }); // on a full disk it is what fills it
    throw error;
  }
}

function writeInto(file: number, content: RunContent, place: RunPlace): void {
  const { run, vault, filterBytes, filterDraft } = place;
  const pages = new PageWriter(file, run);
  pages.end(0); // the first page is written last
  const shape = filterShape(content.chunkCount, filterBytes);
  using filter = shape.blocks > 0 ? new FilterWriter(shape, filterDraft) : undefined;
  const chunkHomes = homesFor(content.chunkCount);
  const chunks = new SortedWriter(pages, chunkHomes);
  content.chunks((key, value) => {
    chunks.add(key, value);
    filter?.add(key);
  });
  const chunkPages = chunks.finish();
  const nameHomes = homesFor(content.packCount);
  const names = new SortedWriter(pages, nameHomes);
  content.names((key, value) => {
    names.add(key, value);
  });
  const namePages = names.finish();
  const frames = writeFrames(pages, content);
  const packs = new TableWriter(pages, PackRecord.sizeBytes);
  content.packs((pack) => {
    packs.add(PackRecord.encode(pack));
  });
  packs.finish();
  const segments = new TableWriter(pages, SegmentRecord.sizeBytes);
  for (const segment of content.segments) segments.add(SegmentRecord.encode(segment));
  segments.finish();
  if (filter !== undefined) writeFilter(pages, filter);
  if (Math.max(chunks.total, frames) > MOST_IN_RUN)
    throw new InternalError(`Cannot write a run of ${chunks.total} chunks: it can name ${MOST_IN_RUN}`);
  pages.first(
    RunHead.encode({
      magic: RUN_MAGIC,
      version: RUN_VERSION,
      filterProbes: shape.probes,
      run,
      vault,
      chunkCount: chunks.total,
      chunkHomes,
      chunkPages,
      nameHomes,
      namePages,
      frameCount: frames,
      packCount: packs.total,
      segmentCount: segments.total,
      filterBlocks: shape.blocks,
    }),
  );
}

function writeFrames(pages: PageWriter, content: RunContent): number {
  const frames = new TableWriter(pages, FrameRecord.sizeBytes);
  const [pack, offset, sealedBytes, chunkCount] = (
    ["pack", "offset", "sealedBytes", "chunkCount"] as const
  ).map((field) => FrameRecord.offsetOf(field)) as [number, number, number, number];
  const { view } = pages;
  content.frames((frame) => {
    const at = frames.next();
    view.setUint32(at + pack, frame.pack, true);
    view.setUint32(at + offset, frame.offset, true);
    view.setUint32(at + sealedBytes, frame.sealedBytes, true);
    view.setUint32(at + chunkCount, frame.chunkCount, true);
  });
  frames.finish();
  return frames.total;
}

function writeFilter(pages: PageWriter, filter: FilterWriter): void {
  const table = new TableWriter(pages, FILTER_BLOCK_BYTES);
  for (const part of filter.parts()) {
    for (let at = 0; at < part.length; at += FILTER_BLOCK_BYTES)
      table.add(part.subarray(at, at + FILTER_BLOCK_BYTES));
  }
  table.finish();
}
