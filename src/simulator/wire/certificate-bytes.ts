import { X509Certificate } from "node:crypto";
import { SimulatedListenError } from "../errors.ts";

/** The first certificate of a PEM file, as the client sees it. The caller owns the bytes. @throws {SimulatedListenError} */
export function certificateBytes(pem: string): Uint8Array {
  try {
    return new Uint8Array(new X509Certificate(pem).raw);
  } catch (cause) {
    throw new SimulatedListenError("Cannot listen with HTTPS: the certificate is no certificate in PEM", {
      cause,
    });
  }
}
