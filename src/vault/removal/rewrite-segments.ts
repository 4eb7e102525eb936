import type { Entropy } from "../../base/index.ts";
import { InternalError } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import { openSignedSegment } from "../crypto/sealed-object.ts";
import { isFullKeyWriter, type VaultKeys } from "../crypto/vault-keys.ts";
import { HASH_BYTES } from "../format/layout.ts";
import { INDEX_PREFIX, packName } from "../format/object-names.ts";
import { decodeSegment, type Segment } from "../index/segment-codec.ts";
import { getOrDamaged } from "../packs/get-or-damaged.ts";
import type { PackContents } from "../packs/pack-contents.ts";
import { writeSegment } from "../sessions/write-segment.ts";

export interface RewriteParts {
  readonly storage: Storage;
  readonly keys: VaultKeys;
  readonly entropy: Entropy;
  /** Segments that are going to be deleted: others say what they say. */
  readonly replaced: ReadonlySet<string>;
  /** Whether a segment of a full-key holder names a pack. */
  readonly isNamed: (digest: Uint8Array) => boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface Rewritten {
  /** Segments that are not needed any more. */
  readonly replaced: readonly string[];
  /** Packs that go and that full-key holders' segments among these named. */
  readonly named: ReadonlySet<string>;
}

/**
 * Names the packs that stay in new segments, wherever a segment also names a pack that goes. Nothing is deleted. Holds one segment
 * at a time.
 * @throws {VaultDamagedError}
 */
export async function rewriteSegments(
  goes: { has(pack: string): boolean },
  parts: RewriteParts,
): Promise<Rewritten> {
  const replaced: string[] = [];
  const named = new Set<string>();
  for await (const { name } of parts.storage.list(INDEX_PREFIX, { signal: parts.signal })) {
    if (parts.replaced.has(name)) continue;
    const { segment, writer } = await readSigned(name, parts);
    const stays = contentsOf(segment).filter(({ digest }) => !goes.has(packName(digest)));
    if (!isFullKeyWriter(writer)) {
      // in a segment of ours these would be more than a claim; where ours name them all, the claim is needed no more
      if (stays.every(({ digest }) => parts.isNamed(digest))) replaced.push(name);
      continue;
    }
    if (stays.length === segment.packs.length) continue;
    if (stays.length > 0) await writeProven(stays, parts);
    replaced.push(name);
    for (const { digest } of segment.packs) if (goes.has(packName(digest))) named.add(packName(digest));
  }
  return { replaced, named };
}

/** The new segment is read back from the storage: an index that lost entries would lose chunks with the old one. */
async function writeProven(packs: readonly PackContents[], parts: RewriteParts): Promise<void> {
  const written = await readSegment(await writeSegment(packs, parts), parts);
  if (!isSame(contentsOf(written), packs)) {
    throw new InternalError("Cannot replace a segment: the new one does not say what the old one says");
  }
}

async function readSegment(name: string, parts: RewriteParts): Promise<Segment> {
  return (await readSigned(name, parts)).segment;
}

async function readSigned(
  name: string,
  { storage, keys, signal }: RewriteParts,
): Promise<{ readonly segment: Segment; readonly writer: Uint8Array }> {
  const opened = openSignedSegment(await getOrDamaged(storage, name, { signal }), name, keys);
  return { segment: decodeSegment(opened.plain, name), writer: opened.writer };
}

/** The packs of a segment with the chunks of each frame, those of one frame in the order of their ids. */
function contentsOf(segment: Segment): readonly PackContents[] {
  const frameCount = segment.packs.reduce((sum, { frames }) => sum + frames.length, 0);
  const counts = new Uint32Array(frameCount);
  segment.forEachChunk((_, __, frame) => {
    counts[frame] = (counts[frame] as number) + 1;
  });
  const ids = Array.from(counts, (count) => new Uint8Array(HASH_BYTES * count));
  const filled = new Uint32Array(frameCount);
  segment.forEachChunk((bytes, at, frame) => {
    const end = filled[frame] as number;
    ids[frame]?.set(bytes.subarray(at, at + HASH_BYTES), end);
    filled[frame] = end + HASH_BYTES;
  });
  let first = 0;
  return segment.packs.map(({ digest, sizeBytes, frames }) => {
    const before = first;
    first += frames.length;
    return {
      digest,
      sizeBytes,
      frames: frames.map((frame, k) => ({
        ...frame,
        number: 0, // segments do not say it
        ids: ids[before + k] ?? new Uint8Array(0),
      })),
    };
  });
}

function isSame(some: readonly PackContents[], others: readonly PackContents[]): boolean {
  return (
    some.length === others.length &&
    some.every((pack, i) => {
      const other = others[i] as PackContents;
      return (
        Buffer.compare(pack.digest, other.digest) === 0 &&
        pack.sizeBytes === other.sizeBytes &&
        pack.frames.length === other.frames.length &&
        pack.frames.every((frame, k) => {
          const its = other.frames[k];
          return (
            its !== undefined &&
            frame.offset === its.offset &&
            frame.sealedBytes === its.sealedBytes &&
            Buffer.compare(frame.ids, its.ids) === 0
          );
        })
      );
    })
  );
}
