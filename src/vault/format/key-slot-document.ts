import { type Guid, parseGuid } from "../../base/index.ts";
import { decodeLine, encodeLine, isCanonical } from "./one-line-json.ts";

/** How hard a passphrase is to try: the parameters of Argon2id. */
export interface KdfCost {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly lanes: number;
}

/** docs/vault-format.md 4.2, without `nonce` and `sealed`: what these are bound to. */
export interface KeySlotHead extends KdfCost {
  readonly kind: "passphrase" | "recovery";
  readonly vault: Guid;
  readonly created: string;
  /** Hexadecimal, as are the two below. */
  readonly salt: string;
}

export interface KeySlotDocument extends KeySlotHead {
  readonly nonce: string;
  readonly sealed: string;
}

/** Above these no slot is tried: it would be a trap, not a slot. */
const LARGEST: KdfCost = { memoryKiB: 1_048_576, passes: 64, lanes: 16 };

/** What the sealed master key is bound to. */
export function slotHeadBytes(slot: KeySlotHead): Uint8Array {
  const { kind, vault, created, salt, memoryKiB, passes, lanes } = slot;
  const head = { kind, vault, created, salt, memoryKiB, passes, lanes };
  return new TextEncoder().encode(JSON.stringify(head));
}

/** The caller owns the bytes. */
export function encodeKeySlot(slot: KeySlotDocument): Uint8Array {
  return encodeLine(slot);
}

/** The slot, or undefined when the bytes are none. */
export function decodeKeySlot(bytes: Uint8Array): KeySlotDocument | undefined {
  const found = decodeLine(bytes);
  if (found === undefined) return undefined;
  const { kind, created, salt, memoryKiB, passes, lanes, nonce, sealed } = found;
  const vault = typeof found["vault"] === "string" ? parseGuid(found["vault"]) : undefined;
  if (vault === undefined || (kind !== "passphrase" && kind !== "recovery")) return undefined;
  if (typeof created !== "string" || !isHex(salt, 32) || !isHex(nonce, 12) || !isHex(sealed, 48))
    return undefined;
  if (!isCost(memoryKiB, LARGEST.memoryKiB) || !isCost(passes, LARGEST.passes)) return undefined;
  if (!isCost(lanes, LARGEST.lanes)) return undefined;
  const slot = { kind, vault, created, salt, memoryKiB, passes, lanes, nonce, sealed } as const;
  return isCanonical(slot, bytes) ? slot : undefined;
}

/**
 * The kind of a slot of this vault that only a newer version of the format knows; undefined when the bytes are no slot, or one
 * of a kind that is known.
 */
export function unknownKindOf(bytes: Uint8Array, vault: Guid): string | undefined {
  const found = decodeLine(bytes);
  const kind = found?.["kind"];
  if (typeof kind !== "string" || kind === "passphrase" || kind === "recovery") return undefined;
  return found?.["vault"] === vault ? kind : undefined;
}

function isHex(value: unknown, length: number): value is string {
  return typeof value === "string" && value.length === 2 * length && /^[0-9a-f]*$/.test(value);
}

function isCost(value: unknown, largest: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= largest;
}
