import { type AvPairs, decodeAvPairs, encodeAvPairs } from "./av-pairs.ts";
import { utf16 } from "./digests.ts";
import { ChallengeLayout, MESSAGE_TYPE, SIGNATURE, VersionLayout } from "./layout.ts";
import { checkMessageType, decodeWhole, PayloadWriter, payloadAt } from "./message-payload.ts";
import { hasFlag } from "./negotiate-flags.ts";
import { OUR_VERSION } from "./our-version.ts";

/** [MS-NLMP] 2.2.1.2: what the host answers first. */
export interface NtlmChallenge {
  readonly flags: number;
  /** 8 bytes that never come again. */
  readonly serverChallenge: Uint8Array;
  readonly targetName: string;
  readonly targetInfo: AvPairs;
}

export function encodeChallenge(
  challenge: NtlmChallenge & { readonly version?: Uint8Array | undefined },
): Uint8Array {
  const payload = new PayloadWriter(ChallengeLayout.sizeBytes + VersionLayout.sizeBytes);
  const head = ChallengeLayout.encode({
    signature: SIGNATURE,
    type: MESSAGE_TYPE.challenge,
    targetName: payload.add(utf16(challenge.targetName)),
    flags: challenge.flags,
    serverChallenge: challenge.serverChallenge,
    targetInfo: payload.add(encodeAvPairs(challenge.targetInfo)),
  });
  return payload.finish(head, challenge.version ?? OUR_VERSION);
}

/** @throws {CimAnswerError} */
export function decodeChallenge(bytes: Uint8Array): NtlmChallenge {
  checkMessageType(bytes, MESSAGE_TYPE.challenge);
  const head = decodeWhole(ChallengeLayout, bytes);
  return {
    flags: head.flags,
    serverChallenge: head.serverChallenge,
    targetName: Buffer.from(payloadAt(bytes, head.targetName)).toString("utf16le"),
    targetInfo: hasFlag(head.flags, "targetInfo")
      ? decodeAvPairs(payloadAt(bytes, head.targetInfo))
      : new Map<number, Uint8Array>(),
  };
}
