import type { Entropy } from "./entropy.ts";
import { hexFromBytes } from "./hex.ts";
import type { Guid } from "./units.ts";

const FORM = /^\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?$/i;

export const ZERO_GUID = "00000000-0000-0000-0000-000000000000" as Guid;

/** Takes any case, with or without braces; undefined when the text is no GUID. */
export function parseGuid(text: string): Guid | undefined {
  const found = FORM.exec(text);
  return found?.[1] === undefined ? undefined : (found[1].toLowerCase() as Guid);
}

/** A GUID literal of the source code; anything malformed is a programming mistake. */
export function guid(text: string): Guid {
  const parsed = parseGuid(text);
  if (parsed === undefined) throw new TypeError(`Not a GUID: "${text}"`);
  return parsed;
}

/** Windows' mixed form: the first three fields little-endian, the rest as written. */
export function guidFromBytes(bytes: Uint8Array, offset = 0): Guid {
  const at = (i: number): string => (bytes[offset + i] as number).toString(16).padStart(2, "0");
  const run = (order: readonly number[]): string => order.map(at).join("");
  return `${run([3, 2, 1, 0])}-${run([5, 4])}-${run([7, 6])}-${run([8, 9])}-${run([10, 11, 12, 13, 14, 15])}` as Guid;
}

/** The inverse of `guidFromBytes`; the caller owns the 16 bytes. */
export function guidToBytes(value: Guid): Uint8Array {
  const hex = value.replaceAll("-", "");
  const plain = Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  return Uint8Array.from(order, (i) => plain[i] as number);
}

/** A random version 4 GUID. */
export function newGuid(entropy: Entropy): Guid {
  return withVersion(entropy.bytes(16), 4);
}

/** RFC 9562 version 5: the same name in the same namespace gives the same GUID on every machine. */
export async function guidFromName(namespace: Guid, name: string): Promise<Guid> {
  const prefix = Uint8Array.from({ length: 16 }, (_, i) =>
    Number.parseInt(namespace.replaceAll("-", "").slice(2 * i, 2 * i + 2), 16),
  );
  const text = new TextEncoder().encode(name);
  const input = new Uint8Array(16 + text.length);
  input.set(prefix);
  input.set(text, 16);
  const digest = await globalThis.crypto.subtle.digest("SHA-1", input);
  return withVersion(new Uint8Array(digest, 0, 16), 5);
}

function withVersion(bytes: Uint8Array, version: number): Guid {
  const b = bytes.slice(0, 16);
  b[6] = ((b[6] as number) & 0x0f) | (version << 4);
  b[8] = ((b[8] as number) & 0x3f) | 0x80;
  const hex = hexFromBytes(b);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}` as Guid;
}
