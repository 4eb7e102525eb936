import { MIB } from "../../base/index.ts";
import type { ByteSource } from "../../disk/index.ts";
import { seededBytes } from "../acts/seeded-bytes.ts";

const PAGE_BYTES = 4096;
/** However much a machine has, its simulated saved states hold no more: they would only cost time and space. */
export const MOST_MEMORY_BYTES = 128 * MIB;

/**
 * What a machine's memory holds: the same for the same seed. Of eight pages three are zeros, two are text, one is a table
 * of counters and two are noise, so that it compresses and deduplicates about as well as the real thing.
 */
export function memoryContent(seed: number, megabytes: number): ByteSource {
  const sizeBytes = Math.min(megabytes * MIB, MOST_MEMORY_BYTES);
  return {
    sizeBytes,
    async read(target, offset) {
      for (let done = 0; done < target.length; ) {
        const at = offset + done;
        const inPage = at % PAGE_BYTES;
        const length = Math.min(PAGE_BYTES - inPage, target.length - done);
        target.set(page(seed, (at - inPage) / PAGE_BYTES).subarray(inPage, inPage + length), done);
        done += length;
      }
    },
    async [Symbol.asyncDispose]() {
      // nothing is held
    },
  };
}

function page(seed: number, number: number): Uint8Array {
  const own = (Math.imul(seed, 31) + number) | 0;
  const kind = (Math.imul(own ^ 0x5bd1e995, 0x85ebca6b) >>> 16) % 8;
  if (kind < 3) return new Uint8Array(PAGE_BYTES);
  if (kind < 5) return textPage(own);
  return kind === 5 ? counterPage(own) : seededBytes(own, PAGE_BYTES);
}

function textPage(own: number): Uint8Array {
  const line = `process ${(own >>> 3) % 97} waits for event ${own % 13}; `;
  return new TextEncoder().encode(line.repeat(Math.ceil(PAGE_BYTES / line.length)).slice(0, PAGE_BYTES));
}

function counterPage(own: number): Uint8Array {
  return new Uint8Array(Uint32Array.from({ length: PAGE_BYTES / 4 }, (_, at) => own + at * 8).buffer);
}
