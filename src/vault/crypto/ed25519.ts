import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";

/** RFC 8410: what stands before the 32 bytes of a private key (PKCS#8) and of a public key (SPKI). */
const PRIVATE_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");
const PUBLIC_PREFIX = Buffer.from("302a300506032b6570032100", "hex");
/** Length of a signature. */
export const SIGNATURE_BYTES = 64;

/** Who can sign. */
export interface Ed25519Pair {
  readonly privateKey: KeyObject;
  /** 32 bytes. */
  readonly publicBytes: Uint8Array;
}

/** A key pair from 32 secret bytes. */
export function ed25519Pair(secret: Uint8Array): Ed25519Pair {
  const der = Buffer.concat([PRIVATE_PREFIX, secret]);
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  return { privateKey, publicBytes: new Uint8Array(spki.subarray(PUBLIC_PREFIX.length)) };
}

/** 64 bytes, always the same for the same message: RFC 8032, 5.1. */
export function ed25519Sign(
  message: Uint8Array,
  { privateKey }: Pick<Ed25519Pair, "privateKey">,
): Uint8Array {
  return sign(null, message, privateKey);
}

/** Whether the owner of the public key signed these bytes. */
export function isSignedBy(publicBytes: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    const der = Buffer.concat([PUBLIC_PREFIX, publicBytes]);
    return verify(null, message, createPublicKey({ key: der, format: "der", type: "spki" }), signature);
  } catch {
    return false; // no point of the curve
  }
}
