import type { Clock, Entropy } from "../../../base/index.ts";
import { u32, u64Pattern } from "../../../base/index.ts";
import { HostAuthenticationError } from "../errors.ts";
import { encodeAuthenticate, withMic } from "./authenticate-message.ts";
import { AV, AV_FLAG_MIC, type AvPairs } from "./av-pairs.ts";
import { decodeChallenge, type NtlmChallenge } from "./challenge-message.ts";
import { channelBindingsHash } from "./channel-bindings.ts";
import { hmacMd5, utf16 } from "./digests.ts";
import { fileTimeOf } from "./file-time.ts";
import { flagsOf, hasFlag, type NegotiateFlag } from "./negotiate-flags.ts";
import { encodeNegotiate } from "./negotiate-message.ts";
import { NtlmSession } from "./ntlm-session.ts";
import {
  encodeClientChallenge,
  lmV2Response,
  type NtlmAccount,
  proveNtlmV2,
  responseKey,
} from "./ntlm-v2-response.ts";
import { Rc4 } from "./rc4.ts";

export interface NtlmClientOptions {
  readonly account: NtlmAccount;
  /** What the client believes to talk to, such as `HTTP/hv01`. */
  readonly servicePrincipal: string;
  readonly workstation?: string | undefined;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** Without these there is no NTLMv2 with a session that can seal; a host that leaves one out is refused. */
const REQUIRED = [
  "unicode",
  "ntlm",
  "sign",
  "seal",
  "extendedSessionSecurity",
  "targetInfo",
  "key128",
  "keyExchange",
] as const satisfies readonly NegotiateFlag[];

const ASKED = flagsOf(
  ...REQUIRED.filter((flag) => flag !== "targetInfo"),
  "requestTarget",
  "alwaysSign",
  "version",
  "key56",
);

const SESSION_KEY_BYTES = 16;
const CHALLENGE_BYTES = 8;
const LM_RESPONSE_BYTES = 24;

/**
 * The client's side of the handshake, without any I/O: `negotiate()`, then `authenticate()` once with the host's answer.
 * Speaks NTLMv2 with 128-bit keys, key exchange and, where the host tells the time, a MIC; nothing weaker.
 */
export class NtlmClient {
  readonly #options: NtlmClientOptions;
  readonly #negotiate = encodeNegotiate(ASKED);

  constructor(options: NtlmClientOptions) {
    this.#options = options;
  }

  /** The first message; the caller owns the bytes. */
  negotiate(): Uint8Array {
    return this.#negotiate.slice();
  }

  /**
   * The last message, and the session that begins when the host takes it. `channelBinding` is the application data of
   * the TLS channel's binding; absent without TLS.
   * @throws {CimAnswerError} for a challenge that is none
   * @throws {HostAuthenticationError} for one that wants something weaker
   */
  authenticate(
    challengeBytes: Uint8Array,
    options: { readonly channelBinding?: Uint8Array | undefined } = {},
  ): {
    readonly message: Uint8Array;
    readonly session: NtlmSession;
  } {
    const challenge = decodeChallenge(challengeBytes);
    const missing = REQUIRED.filter((flag) => !hasFlag(challenge.flags, flag));
    if (missing.length > 0) {
      throw new HostAuthenticationError(
        `Cannot sign in with NTLM: the host does not offer ${missing.join(", ")}`,
        { reason: "too-weak" },
      );
    }
    const flags = (challenge.flags & ASKED) >>> 0;
    const exportedKey = this.#options.entropy.bytes(SESSION_KEY_BYTES);
    const message = this.#message({ challenge, challengeBytes, flags, exportedKey, ...options });
    return { message, session: new NtlmSession("client", flags, exportedKey) };
  }

  #message(parts: {
    readonly challenge: NtlmChallenge;
    readonly challengeBytes: Uint8Array;
    readonly flags: number;
    readonly exportedKey: Uint8Array;
    readonly channelBinding?: Uint8Array | undefined;
  }): Uint8Array {
    const { challenge, exportedKey } = parts;
    const { account, entropy } = this.#options;
    const hostTime = challenge.targetInfo.get(AV.timestamp);
    const clientChallenge = entropy.bytes(CHALLENGE_BYTES);
    const key = responseKey(account);
    const temp = encodeClientChallenge({
      time: hostTime === undefined ? fileTimeOf(this.#options.clock.now()) : readTime(hostTime),
      clientChallenge,
      pairs: this.#pairs(challenge.targetInfo, parts.channelBinding),
    });
    const { response, sessionBaseKey } = proveNtlmV2(key, challenge.serverChallenge, temp);
    const message = encodeAuthenticate(
      {
        flags: parts.flags,
        user: account.user,
        domain: account.domain,
        workstation: this.#options.workstation ?? "",
        lmResponse:
          hostTime === undefined
            ? lmV2Response(key, challenge.serverChallenge, clientChallenge)
            : new Uint8Array(LM_RESPONSE_BYTES),
        ntResponse: response,
        sessionKey: new Rc4(sessionBaseKey).apply(exportedKey),
      },
      { room: hostTime === undefined ? "none" : "mic" },
    );
    if (hostTime === undefined) return message;
    return withMic(message, hmacMd5(exportedKey, this.#negotiate, parts.challengeBytes, message));
  }

  /** [MS-NLMP] 3.1.5.1.2: the host's information with the client's own words added. */
  #pairs(targetInfo: AvPairs, channelBinding: Uint8Array | undefined): AvPairs {
    const pairs = new Map(targetInfo);
    if (pairs.has(AV.timestamp)) pairs.set(AV.flags, withMicFlag(pairs.get(AV.flags)));
    pairs.set(AV.channelBindings, channelBindingsHash(channelBinding));
    pairs.set(AV.targetName, utf16(this.#options.servicePrincipal));
    return pairs;
  }
}

function withMicFlag(value: Uint8Array | undefined): Uint8Array {
  const view = new DataView(new ArrayBuffer(u32.sizeBytes));
  const before = value?.length === u32.sizeBytes ? u32.read(viewOf(value), 0) : 0;
  u32.write(view, 0, (before | AV_FLAG_MIC) >>> 0);
  return new Uint8Array(view.buffer);
}

function readTime(value: Uint8Array): bigint {
  return value.length === u64Pattern.sizeBytes ? u64Pattern.read(viewOf(value), 0) : 0n;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
