import { copyNative } from "../native-library.ts";
import type { GssBuffer, GssFunctions, Out } from "./gss-functions.ts";
import { KERBEROS, type Oid } from "./object-identifiers.ts";

export interface GssStatus {
  readonly major: number;
  readonly minor: number;
}

/** RFC 2744 3.9.1: calling and routine errors stand above these bits, hints such as "goes on" in them. */
const HINT_BITS = 0xffff;
/** GSS_C_GSS_CODE and GSS_C_MECH_CODE. */
const GENERAL = 1;
const OF_MECHANISM = 2;
/** Texts of one status come in pieces; nobody has more than a few. */
const MOST_PIECES = 8;

export function isFailure({ major }: GssStatus): boolean {
  return (major & ~HINT_BITS) !== 0;
}

/** The status in the system's own words: those of Kerberos where it has any, for they say more. */
export function describeStatus(functions: GssFunctions, { major, minor }: GssStatus): string {
  return minor === 0
    ? textOf(functions, major, { kind: GENERAL, mechanism: null })
    : textOf(functions, minor, { kind: OF_MECHANISM, mechanism: KERBEROS });
}

function textOf(
  functions: GssFunctions,
  value: number,
  { kind, mechanism }: { readonly kind: number; readonly mechanism: Oid | null },
): string {
  const pieces: string[] = [];
  const more: Out<number> = [0];
  for (let piece = 0; piece < MOST_PIECES; piece++) {
    const text = {} as GssBuffer;
    const major = functions.displayStatus([0], value, kind, mechanism, more, text);
    if (isFailure({ major, minor: 0 })) break;
    try {
      pieces.push(Buffer.from(takeBytes(functions, text)).toString("utf8"));
    } finally {
      functions.releaseBuffer([0], text);
    }
    if (more[0] === 0) break;
  }
  return pieces.join(", ");
}

/** A copy of what the library gave; it must still be released. */
export function takeBytes(functions: GssFunctions, buffer: GssBuffer): Uint8Array {
  const { length, value } = buffer;
  return typeof value === "bigint" ? copyNative(functions.koffi, value, length) : new Uint8Array(value ?? []);
}
