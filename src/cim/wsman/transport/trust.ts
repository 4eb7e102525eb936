import { createHash } from "node:crypto";
import type { TLSSocket } from "node:tls";
import { HostCertificateError } from "../errors.ts";

/** SHA-256 of a certificate as lower-case hexadecimal digits. */
export function fingerprintOf(certificate: Uint8Array): string {
  return createHash("sha256").update(certificate).digest("hex");
}

/**
 * Looks at the certificate of a finished TLS handshake, before anything is sent. With a pin, that one certificate and no
 * other; without, one that an authority vouches for. Gives the certificate's bytes.
 * @throws {HostCertificateError}
 */
export function trustedCertificate(socket: TLSSocket, host: string, pin: string | undefined): Uint8Array {
  const { raw } = socket.getPeerCertificate();
  if (raw === undefined) {
    throw new HostCertificateError(`Cannot trust "${host}": it shows no certificate`, {});
  }
  const fingerprint = fingerprintOf(raw);
  if (pin === undefined ? socket.authorized : fingerprint === normalPin(pin)) return new Uint8Array(raw);
  const why =
    pin === undefined
      ? `nobody vouches for its certificate (${String(socket.authorizationError)})`
      : "its certificate is not the pinned one";
  throw new HostCertificateError(`Cannot trust "${host}": ${why}, it has the SHA-256 ${fingerprint}`, {
    fingerprint,
  });
}

/** Pins come with colons, in either case. */
function normalPin(pin: string): string {
  return pin.replaceAll(/[:\s]/g, "").toLowerCase();
}
