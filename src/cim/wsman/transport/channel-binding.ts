import { createHash, X509Certificate } from "node:crypto";

const PREFIX = "tls-server-end-point:";

/**
 * RFC 5929 4.1: binds to the host's certificate, by the hash of its own signature; those that are broken count as
 * SHA-256. The caller owns the bytes.
 */
export function endPointBinding(certificate: Uint8Array): Uint8Array {
  const { signatureAlgorithm } = new X509Certificate(certificate);
  const strong = /sha-?(384|512)/i.exec(signatureAlgorithm ?? "")?.[1];
  const digest = createHash(strong === undefined ? "sha256" : `sha${strong}`)
    .update(certificate)
    .digest();
  return new Uint8Array(Buffer.concat([Buffer.from(PREFIX, "latin1"), digest]));
}
