import { timingSafeEqual } from "node:crypto";
import { u32 } from "../../../base/index.ts";
import { hmacMd5 } from "./digests.ts";
import { SignatureLayout } from "./layout.ts";
import { hasFlag } from "./negotiate-flags.ts";
import { Rc4 } from "./rc4.ts";
import { type NtlmDirection, sealingKey, signingKey } from "./session-keys.ts";

/** A message that was sealed: its signature stands apart, as on the wire. */
export interface SealedMessage {
  /** 16 bytes. */
  readonly signature: Uint8Array;
  readonly sealed: Uint8Array;
}

const SIGNATURE_VERSION = 1;
const CHECKSUM_BYTES = 8;

/** One direction: its keys, its stream, its count. */
class Direction {
  readonly #signingKey: Uint8Array;
  readonly #stream: Rc4;
  readonly #isChecksumSealed: boolean;
  #sequence = 0;

  constructor(flags: number, sessionKey: Uint8Array, direction: NtlmDirection) {
    this.#signingKey = signingKey(sessionKey, direction);
    this.#stream = new Rc4(sealingKey(flags, sessionKey, direction));
    this.#isChecksumSealed = hasFlag(flags, "keyExchange");
  }

  apply(bytes: Uint8Array): Uint8Array {
    return this.#stream.apply(bytes);
  }

  /** [MS-NLMP] 3.4.4.2. Counts the message, and moves the stream on where the checksum is sealed too. */
  sign(message: Uint8Array): Uint8Array {
    const sequence = this.#sequence;
    this.#sequence = (sequence + 1) >>> 0;
    const count = new DataView(new ArrayBuffer(u32.sizeBytes));
    u32.write(count, 0, sequence);
    const plain = hmacMd5(this.#signingKey, new Uint8Array(count.buffer), message).subarray(
      0,
      CHECKSUM_BYTES,
    );
    const checksum = this.#isChecksumSealed ? this.#stream.apply(plain) : plain;
    return SignatureLayout.encode({ version: SIGNATURE_VERSION, checksum, sequence });
  }
}

/**
 * What both sides have after the handshake ([MS-NLMP] 3.4, extended session security). Messages are sealed and opened in
 * the order in which they travel; one that is lost, repeated or changed breaks the session for good.
 */
export class NtlmSession {
  readonly #outgoing: Direction;
  readonly #incoming: Direction;

  constructor(side: "client" | "server", flags: number, sessionKey: Uint8Array) {
    const up = new Direction(flags, sessionKey, "client-to-server");
    const down = new Direction(flags, sessionKey, "server-to-client");
    this.#outgoing = side === "client" ? up : down;
    this.#incoming = side === "client" ? down : up;
  }

  /** The caller owns the result. */
  seal(message: Uint8Array): SealedMessage {
    const sealed = this.#outgoing.apply(message);
    return { signature: this.#outgoing.sign(message), sealed };
  }

  /** The plain message, or undefined when the signature does not fit it. */
  open(message: SealedMessage): Uint8Array | undefined {
    const plain = this.#incoming.apply(message.sealed);
    return isSame(this.#incoming.sign(plain), message.signature) ? plain : undefined;
  }

  /** Signs without sealing. */
  sign(message: Uint8Array): Uint8Array {
    return this.#outgoing.sign(message);
  }

  /** Whether a message that was only signed is the one that was sent. */
  verify(message: Uint8Array, signature: Uint8Array): boolean {
    return isSame(this.#incoming.sign(message), signature);
  }
}

function isSame(expected: Uint8Array, found: Uint8Array): boolean {
  return expected.length === found.length && timingSafeEqual(expected, found);
}
