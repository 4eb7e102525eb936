import { InternalError } from "../base/index.ts";
import type { ByteStore } from "../disk/index.ts";

/** Writes another relative path into the parent locator of a differencing VHDX; nothing a guest sees changes. */
export async function rewriteParent(_store: ByteStore, _relativePath: string): Promise<void> {
  throw new InternalError("Cannot rewrite a parent locator: not wired yet");
}
