import { utf16 } from "./digests.ts";
import { AuthenticateLayout, MESSAGE_TYPE, MicLayout, SIGNATURE, VersionLayout } from "./layout.ts";
import { checkMessageType, decodeWhole, PayloadWriter, payloadAt } from "./message-payload.ts";
import { OUR_VERSION } from "./our-version.ts";

/** [MS-NLMP] 2.2.1.3: who the client is, and its proof. */
export interface NtlmAuthenticate {
  readonly flags: number;
  readonly user: string;
  readonly domain: string;
  readonly workstation: string;
  readonly lmResponse: Uint8Array;
  readonly ntResponse: Uint8Array;
  /** The session key under the key exchange key; empty without key exchange. */
  readonly sessionKey: Uint8Array;
}

const MIC_OFFSET = AuthenticateLayout.sizeBytes + VersionLayout.sizeBytes;

/** `mic` leaves room for a MIC of zeros, which `withMic` fills. */
export function encodeAuthenticate(
  message: NtlmAuthenticate,
  options: { readonly room: "mic" | "none"; readonly version?: Uint8Array | undefined },
): Uint8Array {
  const mic = new Uint8Array(options.room === "mic" ? MicLayout.sizeBytes : 0);
  const payload = new PayloadWriter(MIC_OFFSET + mic.length);
  const domain = payload.add(utf16(message.domain));
  const user = payload.add(utf16(message.user));
  const workstation = payload.add(utf16(message.workstation));
  const lmResponse = payload.add(message.lmResponse);
  const ntResponse = payload.add(message.ntResponse);
  const sessionKey = payload.add(message.sessionKey);
  const head = AuthenticateLayout.encode({
    signature: SIGNATURE,
    type: MESSAGE_TYPE.authenticate,
    lmResponse,
    ntResponse,
    domain,
    user,
    workstation,
    sessionKey,
    flags: message.flags,
  });
  return payload.finish(head, options.version ?? OUR_VERSION, mic);
}

/** @throws {CimAnswerError} */
export function decodeAuthenticate(bytes: Uint8Array): NtlmAuthenticate {
  checkMessageType(bytes, MESSAGE_TYPE.authenticate);
  const head = decodeWhole(AuthenticateLayout, bytes);
  const text = (place: typeof head.user): string => Buffer.from(payloadAt(bytes, place)).toString("utf16le");
  return {
    flags: head.flags,
    user: text(head.user),
    domain: text(head.domain),
    workstation: text(head.workstation),
    lmResponse: payloadAt(bytes, head.lmResponse),
    ntResponse: payloadAt(bytes, head.ntResponse),
    sessionKey: payloadAt(bytes, head.sessionKey),
  };
}

/** The MIC of a message that has one. @throws {CimAnswerError} */
export function micOf(bytes: Uint8Array): Uint8Array {
  return decodeWhole(MicLayout, bytes, MIC_OFFSET).mic;
}

/** A copy with another MIC. */
export function withMic(bytes: Uint8Array, mic: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes); // also of a Buffer, whose own slice() shares its bytes
  copy.set(MicLayout.encode({ mic }), MIC_OFFSET);
  return copy;
}
