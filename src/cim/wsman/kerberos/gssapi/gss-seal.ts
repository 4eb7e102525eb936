import type { SealedMessage } from "../../ntlm/ntlm-session.ts";
import { KerberosHandshakeError } from "../errors.ts";
import type { NativePointer } from "../native-library.ts";
import type { GssFunctions, GssIov, Out } from "./gss-functions.ts";
import { describeStatus, takeBytes } from "./gss-status.ts";

/** Kinds of buffers (MIT gssapi_ext.h). */
const DATA = 1;
const HEADER = 2;
const PADDING = 9;
const ALLOCATE = 0x1_0000;
const NOTHING = { length: 0, value: null };

/**
 * Seals a message: the header apart, the data of the message's own length, padding (for the ciphers of old) after it. No
 * trailer is asked for, so that the header holds the whole token, as Windows' EncryptMessage makes it.
 */
export function sealMessage(
  functions: GssFunctions,
  context: NativePointer,
  message: Uint8Array,
): SealedMessage {
  const data = new Uint8Array(message); // a copy, sealed where it stands
  const iov: GssIov[] = [
    { type: HEADER | ALLOCATE, buffer: NOTHING },
    { type: DATA, buffer: { length: data.length, value: data } },
    { type: PADDING | ALLOCATE, buffer: NOTHING },
  ];
  const minor: Out<number> = [0];
  const isSealed: Out<number> = [0];
  const major = functions.wrapIov(minor, context, 1, 0, isSealed, iov, iov.length);
  try {
    if (major !== 0 || isSealed[0] !== 1) {
      const systemText = describeStatus(functions, { major, minor: minor[0] });
      const facts = { service: "", major, minor: minor[0], systemText };
      throw new KerberosHandshakeError(`Cannot seal a message: ${systemText}`, facts);
    }
    const [header, , padding] = iov;
    return {
      signature: bytesOf(functions, header),
      sealed: joined(data, bytesOf(functions, padding)),
    };
  } finally {
    functions.releaseIov([0], iov, iov.length);
  }
}

/**
 * Opens a message; undefined when it was changed, repeated, is out of order or not sealed at all. The empty second piece of data makes
 * the library take the ciphers of old without padding, as Windows sends them.
 */
export function openMessage(
  functions: GssFunctions,
  context: NativePointer,
  message: SealedMessage,
): Uint8Array | undefined {
  const header = new Uint8Array(message.signature);
  const data = new Uint8Array(message.sealed); // a copy, opened where it stands
  const iov: GssIov[] = [
    { type: HEADER, buffer: { length: header.length, value: header } },
    { type: DATA, buffer: { length: data.length, value: data } },
    { type: DATA, buffer: NOTHING },
  ];
  const isSealed: Out<number> = [0];
  const major = functions.unwrapIov([0], context, isSealed, [0], iov, iov.length);
  if (major !== 0 || isSealed[0] !== 1) return undefined;
  return data.subarray(0, iov[1]?.buffer.length ?? 0);
}

function bytesOf(functions: GssFunctions, iov: GssIov | undefined): Uint8Array {
  return iov === undefined ? new Uint8Array() : takeBytes(functions, iov.buffer);
}

function joined(data: Uint8Array, padding: Uint8Array): Uint8Array {
  return padding.length === 0 ? data : new Uint8Array(Buffer.concat([data, padding]));
}
