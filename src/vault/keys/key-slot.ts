import { argon2 } from "node:crypto";
import { promisify } from "node:util";
import { bytesFromHex, type Entropy, type Guid, hexFromBytes, type Secret } from "../../base/index.ts";
import { type AeadContext, aeadOpen, aeadSeal } from "../crypto/aead.ts";
import { deriveKey } from "../crypto/derive-key.ts";
import { vaultBytesOf } from "../crypto/vault-keys.ts";
import type { KdfCost, KeySlotDocument, KeySlotHead } from "../format/key-slot-document.ts";
import { slotHeadBytes } from "../format/key-slot-document.ts";
import { parseRecoveryKey } from "./recovery-key.ts";

/** 64 MiB, three passes, four lanes: RFC 9106, second recommended option. */
export const DEFAULT_KDF: KdfCost = { memoryKiB: 64 * 1024, passes: 3, lanes: 4 };
const NO_KDF: KdfCost = { memoryKiB: 0, passes: 0, lanes: 0 };
const TAG_AT = 32;

const argon2Key = promisify(argon2);

export interface NewKeySlot {
  readonly masterKey: Uint8Array;
  readonly vault: Guid;
  readonly created: Temporal.Instant;
  readonly entropy: Entropy;
}

/** A slot that a passphrase opens. */
export async function passphraseSlot(
  passphrase: Secret,
  slot: NewKeySlot,
  cost: KdfCost = DEFAULT_KDF,
): Promise<KeySlotDocument> {
  const head = newHead("passphrase", slot, cost);
  return filled(head, await passphraseKey(passphrase, head), slot);
}

/** A slot that a recovery key opens. */
export function recoverySlot(recoveryKey: Secret, slot: NewKeySlot): KeySlotDocument {
  const key = parseRecoveryKey(recoveryKey.reveal());
  if (key === undefined) throw new TypeError("Not a recovery key");
  const head = newHead("recovery", slot, NO_KDF);
  return filled(head, recoveryWrap(key, head), slot);
}

/** The master key, when the secret (a passphrase, or a recovery key) opens the slot. */
export async function openKeySlot(slot: KeySlotDocument, secret: Secret): Promise<Uint8Array | undefined> {
  const wrapKey = await wrapKeyFor(slot, secret);
  if (wrapKey === undefined) return undefined;
  const sealed = bytesFromHex(slot.sealed) as Uint8Array;
  const context = slotContext(wrapKey, slot, bytesFromHex(slot.nonce) as Uint8Array);
  return aeadOpen(sealed.subarray(0, TAG_AT), sealed.subarray(TAG_AT), context);
}

async function wrapKeyFor(slot: KeySlotHead, secret: Secret): Promise<Uint8Array | undefined> {
  if (slot.kind === "passphrase") return await passphraseKey(secret, slot);
  const key = parseRecoveryKey(secret.reveal());
  return key && recoveryWrap(key, slot);
}

function newHead(kind: KeySlotHead["kind"], slot: NewKeySlot, cost: KdfCost): KeySlotHead {
  const salt = hexFromBytes(slot.entropy.bytes(32));
  return { kind, vault: slot.vault, created: slot.created.toString(), salt, ...cost };
}

function filled(head: KeySlotHead, wrapKey: Uint8Array, slot: NewKeySlot): KeySlotDocument {
  const nonce = slot.entropy.bytes(12);
  const { sealed, tag } = aeadSeal(slot.masterKey, slotContext(wrapKey, head, nonce));
  return {
    ...head,
    nonce: hexFromBytes(nonce),
    sealed: hexFromBytes(sealed) + hexFromBytes(tag),
  };
}

function slotContext(key: Uint8Array, head: KeySlotHead, nonce: Uint8Array): AeadContext {
  return { key, nonce, bound: [slotHeadBytes(head)] };
}

async function passphraseKey(passphrase: Secret, head: KeySlotHead): Promise<Uint8Array> {
  const parameters = {
    message: Buffer.from(passphrase.reveal().normalize("NFC"), "utf8"),
    nonce: bytesFromHex(head.salt) as Uint8Array,
    parallelism: head.lanes,
    tagLength: 32,
    memory: head.memoryKiB,
    passes: head.passes,
  };
  return await argon2Key("argon2id", parameters);
}

function recoveryWrap(key: Uint8Array, head: KeySlotHead): Uint8Array {
  const salt = vaultBytesOf(head.vault);
  return deriveKey(key, { purpose: "recovery", salt, further: bytesFromHex(head.salt) as Uint8Array });
}
