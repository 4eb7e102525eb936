import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from "node:crypto";

/** RFC 8410: what stands before the 32 bytes of a private key (PKCS#8) and of a public key (SPKI). */
const PRIVATE_PREFIX = Buffer.from("302e020100300506032b656e04220420", "hex");
const PUBLIC_PREFIX = Buffer.from("302a300506032b656e032100", "hex");

export interface X25519Pair {
  readonly privateKey: KeyObject;
  /** 32 bytes. */
  readonly publicBytes: Uint8Array;
}

/** A key pair from 32 secret bytes. */
export function x25519Pair(secret: Uint8Array): X25519Pair {
  const der = Buffer.concat([PRIVATE_PREFIX, secret]);
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  return { privateKey, publicBytes: new Uint8Array(spki.subarray(PUBLIC_PREFIX.length)) };
}

/** The secret that both sides can compute; undefined for a public key that gives none (a point of small order). */
export function x25519Agree(privateKey: KeyObject, publicBytes: Uint8Array): Uint8Array | undefined {
  const key = Buffer.concat([PUBLIC_PREFIX, publicBytes]);
  try {
    return diffieHellman({
      privateKey,
      publicKey: createPublicKey({ key, format: "der", type: "spki" }),
    });
  } catch {
    return undefined;
  }
}
