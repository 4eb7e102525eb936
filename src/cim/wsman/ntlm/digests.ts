import { createHash, createHmac } from "node:crypto";

/** MD5 over the parts in order. The caller owns the 16 bytes. */
export function md5(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash("md5");
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

/** HMAC-MD5 over the parts in order. The caller owns the 16 bytes. */
export function hmacMd5(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const hmac = createHmac("md5", key);
  for (const part of parts) hmac.update(part);
  return new Uint8Array(hmac.digest());
}

/** UTF-16LE, as all NTLM text is once Unicode was agreed on. */
export function utf16(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "utf16le"));
}
