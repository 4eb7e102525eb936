import { digestFromName } from "../format/object-names.ts";
import { digestKey } from "./digest-key.ts";
import { compareKeys, type Key, readKey } from "./local/keys.ts";
import type { RunFolder } from "./local/run-folder.ts";
import { writeRun } from "./local/write-run.ts";
import type { MemoryLevel } from "./memory-level.ts";

const PARTITIONS = 256;
const KEY_BYTES = 13;

/** Writes what is in memory as a run; gives its path. Packs that no segment names are in it too, and forgotten with the program. */
export function spillLevel(level: MemoryLevel, folder: RunFolder, filterBytes: number): string {
  const place = folder.newPlace(filterBytes);
  const { firstPack, firstFrame } = level;
  const further = level.further.values().reduce((sum, frames) => sum + frames.length, 0);
  const content = {
    chunkCount: level.chunks.size + further,
    packCount: level.packs.length,
    chunks: (add: (key: Key, frame: number) => void) => {
      forEachChunk(level, (key, frame) => {
        add(key, frame - firstFrame);
      });
    },
    names: (add: (key: Key, pack: number) => void) => {
      for (const { key, number } of sortedNames(level)) add(key, number);
    },
    frames: (
      add: (frame: { pack: number; offset: number; sealedBytes: number; chunkCount: number }) => void,
    ) => {
      for (let frame = firstFrame; frame < firstFrame + level.frameCount; frame++) {
        add({
          pack: level.packOf(frame) - firstPack,
          offset: level.offsetOf(frame),
          sealedBytes: level.sealedBytesOf(frame),
          chunkCount: level.chunksIn(frame),
        });
      }
    },
    packs: (
      add: (pack: { digest: Uint8Array; sizeBytes: number; firstFrame: number; frameCount: number }) => void,
    ) => {
      for (const { object, ...pack } of level.packs) {
        add({ ...pack, digest: digestOf(object), firstFrame: pack.firstFrame - firstFrame });
      }
    },
    segments: level.segments.map((segment) => ({ ...segment, firstPack: segment.firstPack - firstPack })),
  };
  writeRun(content, place);
  return place.path;
}

function forEachChunk({ chunks, further }: MemoryLevel, visit: (key: Key, frame: number) => void): void {
  const key: Key = { partition: 0, a: 0, b: 0, c: 0 };
  for (let partition = 0; partition < PARTITIONS; partition++) {
    key.partition = partition;
    for (const { a, b, c, value } of chunks.sorted(partition)) {
      [key.a, key.b, key.c] = [a, b, c];
      visit(key, value);
      if (further.size > 0) for (const other of further.get(textOf(key)) ?? []) visit(key, other);
    }
  }
}

/** As `digestKey` makes it from the bytes. */
function textOf({ partition, a, b, c }: Key): string {
  const bytes = new Uint8Array(KEY_BYTES);
  const view = new DataView(bytes.buffer);
  bytes[0] = partition;
  [a, b, c].forEach((word, i) => {
    view.setUint32(1 + 4 * i, word, true);
  });
  return digestKey(bytes);
}

function sortedNames({ packs }: MemoryLevel): readonly { readonly key: Key; readonly number: number }[] {
  return packs
    .map(({ object }, number) => {
      const key: Key = { partition: 0, a: 0, b: 0, c: 0 };
      readKey(digestOf(object), 0, key);
      return { key, number };
    })
    .sort((some, other) => compareKeys(some.key, other.key));
}

function digestOf(object: string): Uint8Array {
  return digestFromName(object) as Uint8Array;
}
