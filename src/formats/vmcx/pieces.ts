import { MIB } from "../../base/index.ts";
import type { ByteSource } from "../../disk/index.ts";

const STEP = MIB;

/** The content piece by piece; a piece is valid until the next one. */
export async function* pieces(content: ByteSource): AsyncIterable<Uint8Array> {
  const buffer = new Uint8Array(Math.min(STEP, content.sizeBytes));
  for (let at = 0; at < content.sizeBytes; at += buffer.length) {
    const part = buffer.subarray(0, Math.min(buffer.length, content.sizeBytes - at));
    await content.read(part, at);
    yield part;
  }
}
