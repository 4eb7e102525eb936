import { ascii, bytes, type Field, reserved, struct, u8, u16, u32, u64Pattern } from "../../../base/index.ts";

/** Where a part lies in the payload of its message: length, the same again as room, offset from the start. */
export interface PayloadPlace {
  readonly lengthBytes: number;
  readonly offset: number;
}

const payloadPlace: Field<PayloadPlace> = {
  sizeBytes: 8,
  reserved: false,
  read: (view, at) => ({ lengthBytes: view.getUint16(at, true), offset: view.getUint32(at + 4, true) }),
  write(view, at, { lengthBytes, offset }) {
    view.setUint16(at, lengthBytes, true);
    view.setUint16(at + 2, lengthBytes, true);
    view.setUint32(at + 4, offset, true);
  },
};

export const SIGNATURE = "NTLMSSP\0";
export const MESSAGE_TYPE = { negotiate: 1, challenge: 2, authenticate: 3 } as const;

/** [MS-NLMP] 2.2: what every message begins with. */
export const MessageHead = struct("NTLM message", 12, { signature: ascii(8), type: u32 });

/** [MS-NLMP] 2.2.1.1. Old clients end it after the flags. */
export const NegotiateLayout = struct("NTLM negotiate message", 40, {
  signature: ascii(8),
  type: u32,
  flags: u32,
  domain: payloadPlace, // empty: the authenticate message says it
  workstation: payloadPlace,
  version: bytes(8),
});

/** The part of the negotiate message that everybody sends. */
export const NegotiateFlags = struct("NTLM negotiate flags", 16, {
  signature: ascii(8),
  type: u32,
  flags: u32,
});

/** [MS-NLMP] 2.2.1.2; a version of 8 bytes follows when the flags say so. */
export const ChallengeLayout = struct("NTLM challenge message", 48, {
  signature: ascii(8),
  type: u32,
  targetName: payloadPlace,
  flags: u32,
  serverChallenge: bytes(8),
  reserved: reserved(8),
  targetInfo: payloadPlace,
});

/** [MS-NLMP] 2.2.1.3; version and MIC follow, or do not. */
export const AuthenticateLayout = struct("NTLM authenticate message", 64, {
  signature: ascii(8),
  type: u32,
  lmResponse: payloadPlace,
  ntResponse: payloadPlace,
  domain: payloadPlace,
  user: payloadPlace,
  workstation: payloadPlace,
  sessionKey: payloadPlace,
  flags: u32,
});

/** [MS-NLMP] 2.2.2.10. Only for the eyes of somebody who debugs. */
export const VersionLayout = struct("NTLM version", 8, {
  major: u8,
  minor: u8,
  build: u16,
  reserved: reserved(3),
  revision: u8, // 15: NTLMSSP_REVISION_W2K3
});

/** Follows the version when the AV pair of flags says so: HMAC-MD5 over all three messages, itself zero. */
export const MicLayout = struct("NTLM message integrity code", 16, { mic: bytes(16) });

/** [MS-NLMP] 2.2.2.7: what the client adds to its NTLMv2 response; AV pairs and four zero bytes follow. */
export const ClientChallengeLayout = struct("NTLMv2 client challenge", 28, {
  responseType: u8, // 1
  highestResponseType: u8, // 1
  reserved1: reserved(6),
  time: u64Pattern, // FILETIME
  clientChallenge: bytes(8),
  reserved2: reserved(4),
});

/** [MS-NLMP] 2.2.2.1: head of one pair of target information. */
export const AvPairHead = struct("NTLM AV pair", 4, { id: u16, lengthBytes: u16 });

/** [MS-NLMP] 2.2.2.9.2: signature of a message with extended session security. */
export const SignatureLayout = struct("NTLM message signature", 16, {
  version: u32, // 1
  checksum: bytes(8),
  sequence: u32,
});

/** RFC 2744 3.11, in the order in which [MS-NLMP] 3.1.5.1.2 hashes it; the application data follows. */
export const ChannelBindingsLayout = struct("GSS channel bindings", 20, {
  initiatorAddressType: u32,
  initiatorAddressBytes: u32,
  acceptorAddressType: u32,
  acceptorAddressBytes: u32,
  applicationBytes: u32,
});
