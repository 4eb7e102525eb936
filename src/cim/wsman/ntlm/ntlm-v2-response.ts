import type { Secret } from "../../../base/index.ts";
import { type AvPairs, encodeAvPairs } from "./av-pairs.ts";
import { hmacMd5, utf16 } from "./digests.ts";
import { ClientChallengeLayout } from "./layout.ts";
import { md4 } from "./md4.ts";

export interface NtlmAccount {
  readonly user: string;
  /** As it is sent; empty for an account of the host itself. */
  readonly domain: string;
  readonly password: Secret;
}

const CLIENT_CHALLENGE_END = new Uint8Array(4);

/** [MS-NLMP] 3.3.2 NTOWFv2: the key of one account, which is as good as its password. */
export function responseKey(account: NtlmAccount): Uint8Array {
  return hmacMd5(md4(utf16(account.password.reveal())), utf16(upperCase(account.user) + account.domain));
}

/** [MS-NLMP] 3.3.2 `temp`: what the client says inside its response. */
export function encodeClientChallenge(parts: {
  readonly time: bigint;
  readonly clientChallenge: Uint8Array;
  readonly pairs: AvPairs;
}): Uint8Array {
  const head = ClientChallengeLayout.encode({
    responseType: 1,
    highestResponseType: 1,
    time: parts.time,
    clientChallenge: parts.clientChallenge,
  });
  return Buffer.concat([head, encodeAvPairs(parts.pairs), CLIENT_CHALLENGE_END]);
}

export interface NtlmV2Proof {
  /** [MS-NLMP] 2.2.2.8: the proof, followed by `temp`. */
  readonly response: Uint8Array;
  readonly sessionBaseKey: Uint8Array;
}

/** [MS-NLMP] 3.3.2: proves that the key is known, for one challenge. */
export function proveNtlmV2(key: Uint8Array, serverChallenge: Uint8Array, temp: Uint8Array): NtlmV2Proof {
  const proof = hmacMd5(key, serverChallenge, temp);
  return { response: Buffer.concat([proof, temp]), sessionBaseKey: hmacMd5(key, proof) };
}

/** [MS-NLMP] 2.2.2.4: what hosts without a time in their challenge get besides. */
export function lmV2Response(
  key: Uint8Array,
  serverChallenge: Uint8Array,
  clientChallenge: Uint8Array,
): Uint8Array {
  return Buffer.concat([hmacMd5(key, serverChallenge, clientChallenge), clientChallenge]);
}

/** As Windows has it: character by character, so that "ß" stays itself. */
function upperCase(text: string): string {
  return Array.from(text, (character) => {
    const upper = character.toUpperCase();
    return upper.length === character.length ? upper : character;
  }).join("");
}
