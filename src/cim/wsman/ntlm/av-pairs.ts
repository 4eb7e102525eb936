import { CimAnswerError } from "../../index.ts";
import { AvPairHead } from "./layout.ts";

/** [MS-NLMP] 2.2.2.1. */
export const AV = {
  end: 0,
  computerName: 1,
  domainName: 2,
  dnsComputerName: 3,
  dnsDomainName: 4,
  flags: 6,
  timestamp: 7,
  targetName: 9,
  channelBindings: 10,
} as const;

/** Bit of the flags' pair: the authenticate message carries a MIC. */
export const AV_FLAG_MIC = 2;

/** Pairs by id, in the order of the wire; the closing one is not among them. */
export type AvPairs = ReadonlyMap<number, Uint8Array>;

/** @throws {CimAnswerError} when the list has no end, or a pair leads out of it. */
export function decodeAvPairs(bytes: Uint8Array): AvPairs {
  const pairs = new Map<number, Uint8Array>();
  for (let at = 0; at + AvPairHead.sizeBytes <= bytes.length; ) {
    const { id, lengthBytes } = AvPairHead.decode(bytes, at);
    at += AvPairHead.sizeBytes;
    if (id === AV.end) return pairs;
    if (at + lengthBytes > bytes.length) break;
    pairs.set(id, new Uint8Array(bytes.subarray(at, at + lengthBytes)));
    at += lengthBytes;
  }
  throw new CimAnswerError("Cannot read NTLM target information: it has no end");
}

/** With the closing pair; the caller owns the bytes. */
export function encodeAvPairs(pairs: AvPairs): Uint8Array {
  const parts = [...pairs].flatMap(([id, value]) => [
    AvPairHead.encode({ id, lengthBytes: value.length }),
    value,
  ]);
  return Buffer.concat([...parts, AvPairHead.encode({ id: AV.end, lengthBytes: 0 })]);
}
