import { type Entropy, MIB, newGuid, throwIfInterrupted, ZERO_GUID } from "../../base/index.ts";
import type { ByteStore } from "../../disk/index.ts";
import { borrowedStore } from "./borrowed-store.ts";
import { checkHeader } from "./file-header.ts";
import { HeaderWriter } from "./header-writer.ts";
import { planLogReplay } from "./log-replay.ts";
import { ReplayedSource } from "./replayed-source.ts";
import { strictly } from "./tolerance.ts";

export interface ReplayIntoFileOptions {
  readonly entropy: Entropy;
  /** Checked before the first write and between pieces; an interrupted replay is simply begun again. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Does what the log says, in the file, and empties the log. The log stays valid until everything is in its place, so a
 * crash changes nothing but who replays it. [MS-VHDX] 2.3.3
 */
export async function replayIntoFile(store: ByteStore, options: ReplayIntoFileOptions): Promise<void> {
  const headers = await HeaderWriter.open(store);
  const { logGuid } = headers.current;
  if (logGuid === ZERO_GUID) return;
  const log = checkHeader(headers.current, store.sizeBytes);
  const plan = await planLogReplay(store, { log, logGuid, tolerance: strictly(), signal: options.signal });
  const { pieces, sizeBytes } = plan;
  const replayed = new ReplayedSource(borrowedStore(store), { pieces, sizeBytes, endless: false });
  throwIfInterrupted(options.signal);
  await headers.update({ fileWriteGuid: newGuid(options.entropy) });
  const formerSize = store.sizeBytes;
  if (sizeBytes > formerSize) await store.truncate(sizeBytes);
  for (const { start, end, piece } of pieces) {
    // what the file just grew by is zero already
    const stop = piece.sector === undefined ? Math.min(end, formerSize) : end;
    for (let at = start; at < stop; at += MIB) {
      throwIfInterrupted(options.signal);
      const bytes = new Uint8Array(Math.min(MIB, stop - at));
      await replayed.read(bytes, at);
      await store.write(bytes, at);
    }
  }
  await headers.update({ logGuid: ZERO_GUID });
}
