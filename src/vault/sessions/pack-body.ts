import type { FinishedPack } from "../packs/pack-builder.ts";

/** Where the bytes of a pack are while it is under construction. */
export interface PackBody {
  /** Takes a frame; the bytes are the caller's again when it resolves. */
  write(frame: Uint8Array, offset: number): Promise<void>;
  /** Puts the pack, when every write has been called; durable when it resolves. Nothing is held any more then, well or not. */
  put(pack: FinishedPack): Promise<void>;
  /** Ends it without putting it. Never rejects. */
  discard(): Promise<void>;
}
