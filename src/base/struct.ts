import { FieldTooLargeError, StructTruncatedError } from "./errors.ts";
import { guidFromBytes, guidToBytes } from "./guid.ts";
import type { Guid } from "./units.ts";

/** One field of a binary structure. */
export interface Field<T> {
  readonly sizeBytes: number;
  /** Reserved fields are written as zeros and left out of what is read. */
  readonly reserved: boolean;
  read(view: DataView, at: number): T;
  write(view: DataView, at: number, value: T): void;
}

/** Marks space that has no meaning. */
export interface ReservedField extends Field<undefined> {
  readonly reserved: true;
}

type Fields = Readonly<Record<string, Field<unknown>>>;
type ValueOf<F> = F extends { read(view: DataView, at: number): infer T } ? T : never;
type Named<F extends Fields> = { [K in keyof F as F[K] extends ReservedField ? never : K]: ValueOf<F[K]> };

/** What a structure holds, without its reserved fields. */
export type StructValue<S> = S extends Struct<infer F> ? Readonly<Named<F>> : never;

/** A table in file order that runs: it reads, writes, and knows where each field lies. */
export interface Struct<F extends Fields> {
  readonly name: string;
  readonly sizeBytes: number;
  /** @throws {StructTruncatedError} when fewer bytes are left than the structure has. */
  decode(bytes: Uint8Array, offset?: number): Readonly<Named<F>>;
  /** New bytes, owned by the caller. */
  encode(value: Readonly<Named<F>>): Uint8Array;
  offsetOf(field: keyof F): number;
}

/**
 * Declares a structure once, in file order. The stated size comes from the specification; a table whose fields do not
 * add up to it throws when the module is loaded.
 */
export function struct<const F extends Record<string, Field<unknown>>>(
  name: string,
  sizeBytes: number,
  fields: F,
): Struct<F> {
  const offsets = new Map<string, number>();
  let end = 0;
  for (const [key, field] of Object.entries(fields)) {
    offsets.set(key, end);
    end += field.sizeBytes;
  }
  if (end !== sizeBytes) throw new TypeError(`${name}: the fields take ${end} bytes, not ${sizeBytes}`);
  const named = Object.entries(fields).filter(([, field]) => !field.reserved);
  return {
    name,
    sizeBytes,
    decode(bytes, offset = 0) {
      if (offset < 0 || offset + sizeBytes > bytes.length) {
        throw new StructTruncatedError(
          `Cannot read ${name}: ${bytes.length - offset} of ${sizeBytes} bytes are there`,
        );
      }
      const view = new DataView(bytes.buffer, bytes.byteOffset + offset, sizeBytes);
      const entries = named.map(([key, field]) => [key, field.read(view, offsets.get(key) as number)]);
      return Object.fromEntries(entries) as Readonly<Named<F>>;
    },
    encode(value) {
      const bytes = new Uint8Array(sizeBytes);
      const view = new DataView(bytes.buffer);
      for (const [key, field] of named) {
        field.write(view, offsets.get(key) as number, (value as Record<string, unknown>)[key]);
      }
      return bytes;
    },
    offsetOf: (field) => offsets.get(field as string) as number,
  };
}

function field<T>(
  sizeBytes: number,
  read: (view: DataView, at: number) => T,
  write: (view: DataView, at: number, value: T) => void,
): Field<T> {
  return { sizeBytes, reserved: false, read, write };
}

function safe(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new FieldTooLargeError(`Cannot use the 64-bit value ${value}: it is above 2^53`);
  }
  return Number(value);
}

export const u8: Field<number> = field(
  1,
  (v, at) => v.getUint8(at),
  (v, at, x) => v.setUint8(at, x),
);
export const u16: Field<number> = field(
  2,
  (v, at) => v.getUint16(at, true),
  (v, at, x) => v.setUint16(at, x, true),
);
export const u32: Field<number> = field(
  4,
  (v, at) => v.getUint32(at, true),
  (v, at, x) => v.setUint32(at, x, true),
);
/** A size, an offset or a count: refuses what does not fit into a safe integer. */
export const u64: Field<number> = field(
  8,
  (v, at) => safe(v.getBigUint64(at, true)),
  (v, at, x) => v.setBigUint64(at, BigInt(x), true),
);
/** An opaque 64-bit pattern, such as a sequence number that starts anywhere. */
export const u64Pattern: Field<bigint> = field(
  8,
  (v, at) => v.getBigUint64(at, true),
  (v, at, x) => v.setBigUint64(at, x, true),
);
export const u16be: Field<number> = field(
  2,
  (v, at) => v.getUint16(at),
  (v, at, x) => v.setUint16(at, x),
);
export const u32be: Field<number> = field(
  4,
  (v, at) => v.getUint32(at),
  (v, at, x) => v.setUint32(at, x),
);
export const u64be: Field<number> = field(
  8,
  (v, at) => safe(v.getBigUint64(at)),
  (v, at, x) => v.setBigUint64(at, BigInt(x)),
);
/** All ones is meaningful here, so the pattern is kept. */
export const u64bePattern: Field<bigint> = field(
  8,
  (v, at) => v.getBigUint64(at),
  (v, at, x) => v.setBigUint64(at, x),
);

/** Windows' mixed form. */
export const guidField: Field<Guid> = field(
  16,
  (v, at) => guidFromBytes(bytesOf(v, at, 16)),
  (v, at, x) => bytesOf(v, at, 16).set(guidToBytes(x)),
);

/** A copy of the bytes when read; shorter values are padded with zeros when written. */
export function bytes(length: number): Field<Uint8Array> {
  return field(
    length,
    (v, at) => bytesOf(v, at, length).slice(),
    (v, at, x) => bytesOf(v, at, length).set(x.subarray(0, length)),
  );
}

/** One byte a character, NULs kept; for signatures. */
export function ascii(length: number): Field<string> {
  return field(
    length,
    (v, at) => String.fromCharCode(...bytesOf(v, at, length)),
    (v, at, x) => bytesOf(v, at, length).set(Array.from(x.slice(0, length), (c) => c.charCodeAt(0))),
  );
}

/** Space without a meaning: skipped when read, zeros when written. */
export function reserved(length: number): ReservedField {
  return { sizeBytes: length, reserved: true, read: () => undefined, write: () => undefined };
}

function bytesOf(view: DataView, at: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, length);
}
