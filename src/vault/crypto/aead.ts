import { createCipheriv, createDecipheriv, type KeyObject } from "node:crypto";
import { TAG_BYTES } from "../format/layout.ts";

export interface AeadContext {
  readonly key: Uint8Array | KeyObject;
  /** 12 bytes, used once with this key. */
  readonly nonce: Uint8Array;
  /** What is authenticated but not encrypted, one part after the other. */
  readonly bound: readonly Uint8Array[];
}

/** The nonce of keys that seal one thing only. */
export const ZERO_NONCE: Uint8Array = new Uint8Array(12);

/** AES-256-GCM. The caller owns both results. */
export function aeadSeal(
  plain: Uint8Array,
  context: AeadContext,
): { readonly sealed: Uint8Array; readonly tag: Uint8Array } {
  const cipher = createCipheriv("aes-256-gcm", context.key, context.nonce, { authTagLength: TAG_BYTES });
  for (const part of context.bound) cipher.setAAD(part);
  const sealed = cipher.update(plain);
  cipher.final();
  return { sealed, tag: cipher.getAuthTag() };
}

/** The plain bytes, or undefined when key, bytes, tag or what is bound to them do not belong together. */
export function aeadOpen(sealed: Uint8Array, tag: Uint8Array, context: AeadContext): Uint8Array | undefined {
  const decipher = createDecipheriv("aes-256-gcm", context.key, context.nonce, { authTagLength: TAG_BYTES });
  for (const part of context.bound) decipher.setAAD(part);
  decipher.setAuthTag(tag);
  const plain = decipher.update(sealed);
  try {
    decipher.final();
  } catch {
    return undefined;
  }
  return plain;
}
