import { md5 } from "./digests.ts";
import { hasFlag } from "./negotiate-flags.ts";

/** Who speaks: both directions have keys of their own. */
export type NtlmDirection = "client-to-server" | "server-to-client";

const BYTES_WITH_56_BITS = 7;
const BYTES_WITH_40_BITS = 5;

function constant(direction: NtlmDirection, use: "signing" | "sealing"): Uint8Array {
  return Buffer.from(`session key to ${direction} ${use} key magic constant\0`, "latin1");
}

/** [MS-NLMP] 3.4.5.2, with extended session security. */
export function signingKey(sessionKey: Uint8Array, direction: NtlmDirection): Uint8Array {
  return md5(sessionKey, constant(direction, "signing"));
}

/** [MS-NLMP] 3.4.5.3, with extended session security: the flags say how much of the key counts. */
export function sealingKey(flags: number, sessionKey: Uint8Array, direction: NtlmDirection): Uint8Array {
  const weakened = hasFlag(flags, "key56") ? BYTES_WITH_56_BITS : BYTES_WITH_40_BITS;
  const key = hasFlag(flags, "key128") ? sessionKey : sessionKey.subarray(0, weakened);
  return md5(key, constant(direction, "sealing"));
}
