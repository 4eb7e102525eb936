import { MESSAGE_TYPE, MessageHead, NegotiateFlags, NegotiateLayout, SIGNATURE } from "./layout.ts";
import { checkMessageType, decodeWhole } from "./message-payload.ts";
import { OUR_VERSION } from "./our-version.ts";

const EMPTY = { lengthBytes: 0, offset: NegotiateLayout.sizeBytes };

/** [MS-NLMP] 2.2.1.1: the client's first word. Names are left for the last one, which says them again. */
export function encodeNegotiate(flags: number): Uint8Array {
  return NegotiateLayout.encode({
    signature: SIGNATURE,
    type: MESSAGE_TYPE.negotiate,
    flags,
    domain: EMPTY,
    workstation: EMPTY,
    version: OUR_VERSION,
  });
}

/** What the client asks for. @throws {CimAnswerError} */
export function decodeNegotiate(bytes: Uint8Array): number {
  checkMessageType(bytes, MESSAGE_TYPE.negotiate);
  return decodeWhole(NegotiateFlags, bytes).flags;
}

/** Whether these bytes begin a handshake. */
export function isNegotiate(bytes: Uint8Array): boolean {
  return bytes.length >= MessageHead.sizeBytes && MessageHead.decode(bytes).type === MESSAGE_TYPE.negotiate;
}
