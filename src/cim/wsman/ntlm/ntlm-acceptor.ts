import { timingSafeEqual } from "node:crypto";
import { type Clock, type Entropy, type Secret, u32, u64Pattern } from "../../../base/index.ts";
import { CimAnswerError } from "../../index.ts";
import { decodeAuthenticate, micOf, type NtlmAuthenticate, withMic } from "./authenticate-message.ts";
import { AV, AV_FLAG_MIC, type AvPairs, decodeAvPairs } from "./av-pairs.ts";
import { encodeChallenge } from "./challenge-message.ts";
import { channelBindingsHash } from "./channel-bindings.ts";
import { hmacMd5, utf16 } from "./digests.ts";
import { fileTimeOf } from "./file-time.ts";
import { ClientChallengeLayout } from "./layout.ts";
import { flagsOf, hasFlag } from "./negotiate-flags.ts";
import { decodeNegotiate } from "./negotiate-message.ts";
import { NtlmSession } from "./ntlm-session.ts";
import { proveNtlmV2, responseKey } from "./ntlm-v2-response.ts";
import { Rc4 } from "./rc4.ts";

export interface NtlmAcceptorOptions {
  /** Password of an account, or undefined when there is none. Names compare without case. */
  readonly passwordOf: (user: string, domain: string) => Secret | undefined;
  /** The host's NetBIOS name; it is its own domain. */
  readonly computerName: string;
  /** Application data of the TLS channel's binding. */
  readonly channelBinding?: Uint8Array | undefined;
  /** `strict` refuses a client on TLS that binds to no channel or to another one (CbtHardeningLevel). */
  readonly hardening?: "relaxed" | "strict" | undefined;
  /** The only services that a client may mean, such as `HTTP/hv01`, in any case; without them nobody looks. */
  readonly servicePrincipals?: readonly string[] | undefined;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

export type NtlmAdmission =
  | {
      readonly kind: "accepted";
      readonly user: string;
      readonly domain: string;
      readonly session: NtlmSession;
      /** Whether the client asked for sealing. */
      readonly canSeal: boolean;
    }
  | {
      readonly kind: "refused";
      readonly reason:
        | "malformed"
        | "version-1"
        | "unknown-account"
        | "wrong-password"
        | "tampered"
        | "wrong-channel"
        | "wrong-service";
    };

const PROOF_BYTES = 16;
/** What a host grants when it is asked; target information and the server's type always. */
const GRANTED = flagsOf(
  "unicode",
  "requestTarget",
  "sign",
  "seal",
  "ntlm",
  "alwaysSign",
  "extendedSessionSecurity",
  "version",
  "key128",
  "keyExchange",
  "key56",
);
const ALWAYS = flagsOf("targetInfo", "targetTypeServer", "version", "ntlm", "unicode");

/** The host's side of one handshake, without any I/O: `challenge()`, then `admit()`. Takes NTLMv2 only. */
export class NtlmAcceptor {
  readonly #options: NtlmAcceptorOptions;
  readonly #serverChallenge: Uint8Array;
  #negotiate = new Uint8Array();
  #challenge = new Uint8Array();

  constructor(options: NtlmAcceptorOptions) {
    this.#options = options;
    this.#serverChallenge = options.entropy.bytes(8);
  }

  /** The answer to the client's first message. @throws {CimAnswerError} when it is none */
  challenge(negotiate: Uint8Array): Uint8Array {
    const asked = decodeNegotiate(negotiate);
    const { computerName } = this.#options;
    const time = new DataView(new ArrayBuffer(u64Pattern.sizeBytes));
    u64Pattern.write(time, 0, fileTimeOf(this.#options.clock.now()));
    this.#negotiate = new Uint8Array(negotiate);
    this.#challenge = new Uint8Array(
      encodeChallenge({
        flags: ((asked & GRANTED) | ALWAYS) >>> 0,
        serverChallenge: this.#serverChallenge,
        targetName: computerName,
        targetInfo: new Map([
          [AV.domainName, utf16(computerName)],
          [AV.computerName, utf16(computerName)],
          [AV.dnsDomainName, utf16(computerName.toLowerCase())],
          [AV.dnsComputerName, utf16(computerName.toLowerCase())],
          [AV.timestamp, new Uint8Array(time.buffer)],
        ]),
      }),
    );
    return this.#challenge.slice();
  }

  /** Whether the client is who it says it is. Never throws for what a client sends. */
  admit(bytes: Uint8Array): NtlmAdmission {
    try {
      return this.#admit(bytes, decodeAuthenticate(bytes));
    } catch (error) {
      if (!(error instanceof CimAnswerError)) throw error;
      return refused("malformed");
    }
  }

  #admit(bytes: Uint8Array, message: NtlmAuthenticate): NtlmAdmission {
    const { user, domain, ntResponse } = message;
    if (ntResponse.length < PROOF_BYTES + ClientChallengeLayout.sizeBytes) return refused("version-1");
    const password = this.#options.passwordOf(user, domain);
    if (password === undefined) return refused("unknown-account");
    const temp = ntResponse.subarray(PROOF_BYTES);
    const key = responseKey({ user, domain, password });
    const { response, sessionBaseKey } = proveNtlmV2(key, this.#serverChallenge, temp);
    if (!timingSafeEqual(response, ntResponse)) return refused("wrong-password");
    const sessionKey = exportedKey(message, sessionBaseKey);
    const pairs = decodeAvPairs(temp.subarray(ClientChallengeLayout.sizeBytes));
    if (hasMic(pairs) && !this.#isMicRight(bytes, sessionKey)) return refused("tampered");
    if (!this.#isChannelRight(pairs)) return refused("wrong-channel");
    if (!this.#isServiceRight(pairs)) return refused("wrong-service");
    const session = new NtlmSession("server", message.flags, sessionKey);
    return { kind: "accepted", user, domain, session, canSeal: hasFlag(message.flags, "seal") };
  }

  #isMicRight(bytes: Uint8Array, sessionKey: Uint8Array): boolean {
    const found = micOf(bytes);
    const blank = withMic(bytes, new Uint8Array(found.length));
    return timingSafeEqual(hmacMd5(sessionKey, this.#negotiate, this.#challenge, blank), found);
  }

  #isServiceRight(pairs: AvPairs): boolean {
    const { servicePrincipals } = this.#options;
    const meant = Buffer.from(pairs.get(AV.targetName) ?? "").toString("utf16le");
    const isMeant = (known: string): boolean => known.toLowerCase() === meant.toLowerCase();
    return servicePrincipals === undefined || servicePrincipals.some(isMeant);
  }

  /** Relaxed hosts take clients without a binding, but never one that is bound to another channel. */
  #isChannelRight(pairs: AvPairs): boolean {
    const { channelBinding, hardening } = this.#options;
    if (channelBinding === undefined) return true;
    const found = pairs.get(AV.channelBindings);
    if (found === undefined || found.every((byte) => byte === 0)) return hardening !== "strict";
    return Buffer.compare(found, channelBindingsHash(channelBinding)) === 0;
  }
}

function exportedKey(message: NtlmAuthenticate, sessionBaseKey: Uint8Array): Uint8Array {
  return hasFlag(message.flags, "keyExchange")
    ? new Rc4(sessionBaseKey).apply(message.sessionKey)
    : sessionBaseKey;
}

function hasMic(pairs: AvPairs): boolean {
  const flags = pairs.get(AV.flags);
  if (flags?.length !== u32.sizeBytes) return false;
  return (u32.read(new DataView(flags.buffer, flags.byteOffset, flags.length), 0) & AV_FLAG_MIC) !== 0;
}

function refused(reason: Extract<NtlmAdmission, { kind: "refused" }>["reason"]): NtlmAdmission {
  return { kind: "refused", reason };
}
