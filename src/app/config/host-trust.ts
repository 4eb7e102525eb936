import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { HostCertificateUnusableError } from "../errors.ts";

/** Whose certificates are trusted: one by its SHA-256, or those that authorities vouch for (PEM); neither: the system's. */
export interface HostTrust {
  readonly certificatePin?: string | undefined;
  readonly authorities?: string | undefined;
}

const FINGERPRINT = /^[0-9a-f]{64}$/i;

/** Reads what the user says about a host's certificate. @throws {HostCertificateUnusableError} */
export async function readHostTrust(text: string | undefined): Promise<HostTrust> {
  if (text === undefined) return {};
  const digits = text.replaceAll(/[:\s]/g, "");
  if (FINGERPRINT.test(digits)) return { certificatePin: digits.toLowerCase() };
  const action = `Cannot use the certificate "${text}"`;
  let authorities: string;
  try {
    authorities = await readFile(text, "utf8");
  } catch (cause) {
    const state = "it is no SHA-256 fingerprint, and no file that can be opened";
    throw new HostCertificateUnusableError(`${action}: ${state}`, { cause });
  }
  const blocks = authorities.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0)
    throw new HostCertificateUnusableError(`${action}: the file holds no certificate in PEM`);
  try {
    return { authorities: blocks.map((block) => new X509Certificate(block).toString()).join("") };
  } catch (cause) {
    throw new HostCertificateUnusableError(`${action}: a certificate in the file is broken`, { cause });
  }
}
