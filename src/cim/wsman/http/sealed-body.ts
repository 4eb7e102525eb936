import { struct, u32 } from "../../../base/index.ts";
import { CimAnswerError } from "../../index.ts";
import type { SealedMessage } from "../ntlm/ntlm-session.ts";

/** [MS-WSMV] 2.2.9.1.1.2.2: how long the security header before the sealed bytes is. */
const HeaderLength = struct("length of the security header", 4, { lengthBytes: u32 });

/** What stands before the sealed bytes is five short lines; nothing longer is searched. */
const LONGEST_HEAD_BYTES = 1024;

const BOUNDARY = "--Encrypted Boundary";
const OCTETS = "\tContent-Type: application/octet-stream\r\n";
const PROTOCOL = "application/HTTP-SPNEGO-session-encrypted";

/** [MS-WSMV] 2.2.9.1.1.1. */
export const SEALED_CONTENT_TYPE = `multipart/encrypted;protocol="${PROTOCOL}";boundary="Encrypted Boundary"`;

export interface SealedBody extends SealedMessage {
  /** What the plain text is written in. */
  readonly charset: string;
}

/** Wraps a sealed envelope in UTF-8. The caller owns the bytes. */
export function encodeSealedBody({ signature, sealed }: SealedMessage): Uint8Array {
  const head = [
    BOUNDARY,
    `\tContent-Type: ${PROTOCOL}`,
    `\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=${sealed.length}`,
    BOUNDARY,
  ];
  return new Uint8Array(
    Buffer.concat([
      Buffer.from(`${head.join("\r\n")}\r\n${OCTETS}`, "latin1"),
      HeaderLength.encode({ lengthBytes: signature.length }),
      signature,
      sealed,
      Buffer.from(`${BOUNDARY}--\r\n`, "latin1"),
    ]),
  );
}

/**
 * Takes both parts apart. What lies where is said by the two lengths, never by searching the sealed bytes.
 * @throws {CimAnswerError}
 */
export function decodeSealedBody(body: Uint8Array): SealedBody {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  const marker = bytes.subarray(0, LONGEST_HEAD_BYTES).indexOf("application/octet-stream\r\n", 0, "latin1");
  if (marker < 0) throw malformed("it has no sealed part");
  const head = bytes.toString("latin1", 0, marker);
  const content = /OriginalContent:[^\r\n]*?charset=([\w-]+);\s*Length=(\d+)/i.exec(head);
  const at = marker + "application/octet-stream\r\n".length;
  if (content === null) throw malformed("it does not say how long its content is");
  if (at + HeaderLength.sizeBytes > bytes.length) throw malformed("it is cut off");
  const { lengthBytes } = HeaderLength.decode(bytes, at);
  const sealedAt = at + HeaderLength.sizeBytes + lengthBytes;
  const end = sealedAt + Number(content[2]);
  if (end > bytes.length) throw malformed("it is cut off");
  if (!/^--\s?Encrypted Boundary--\r\n$/.test(bytes.toString("latin1", end))) {
    throw malformed("its end is not where its length says");
  }
  return {
    signature: new Uint8Array(body.subarray(at + HeaderLength.sizeBytes, sealedAt)),
    sealed: new Uint8Array(body.subarray(sealedAt, end)),
    charset: content[1] ?? "UTF-8",
  };
}

function malformed(state: string): CimAnswerError {
  return new CimAnswerError(`Cannot take a sealed message apart: ${state}`);
}
