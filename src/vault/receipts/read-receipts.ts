import { hash } from "node:crypto";
import { forEachBounded, hexFromBytes } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import type { SessionKeyring } from "../crypto/open-header.ts";
import { openReceipt } from "../crypto/sealed-object.ts";
import { isFullKeyWriter, type VaultKeys } from "../crypto/vault-keys.ts";
import { VaultDamagedError } from "../errors.ts";
import { RECEIPTS_PREFIX, receiptName } from "../format/object-names.ts";
import { getOrDamaged, isGone } from "../packs/get-or-damaged.ts";
import type { Receipt } from "./receipt.ts";
import { readReceiptDocument } from "./receipt-document.ts";

const READS_AT_ONCE = 8;

export interface ReadReceiptsParts {
  readonly storage: Storage;
  readonly keys: VaultKeys;
  readonly keyring: SessionKeyring;
  readonly signal?: AbortSignal | undefined;
}

/** Receipts by the digests that name them, and objects that are none. */
export interface ReceiptsRead {
  readonly receipts: ReadonlyMap<string, Receipt>;
  readonly damaged: readonly VaultDamagedError[];
}

/** All receipts of the vault; those that go meanwhile are left out. */
export async function readReceipts(parts: ReadReceiptsParts): Promise<ReceiptsRead> {
  const { storage, signal } = parts;
  const receipts = new Map<string, Receipt>();
  const damaged: VaultDamagedError[] = [];
  const read = async ({ name }: { readonly name: string }): Promise<void> => {
    try {
      const receipt = await readReceipt(name, parts);
      if (receipt !== undefined) receipts.set(name.slice(RECEIPTS_PREFIX.length), receipt);
    } catch (error) {
      if (!(error instanceof VaultDamagedError)) throw error;
      if (!isGone(error)) damaged.push(error);
    }
  };
  await forEachBounded(storage.list(RECEIPTS_PREFIX, { signal }), read, { limit: READS_AT_ONCE, signal });
  return { receipts, damaged };
}

/** Undefined for what a write-only host has no right to say. @throws {VaultDamagedError} */
export async function readReceipt(name: string, parts: ReadReceiptsParts): Promise<Receipt | undefined> {
  const bytes = await getOrDamaged(parts.storage, name, { signal: parts.signal });
  if (name !== receiptName(hash("sha256", bytes, "buffer"))) {
    throw new VaultDamagedError(name, "its bytes are not those that it is named for"); // receipts name each other so
  }
  const { plain, writer } = openReceipt(bytes, name, parts);
  const receipt = readReceiptDocument(plain, name);
  if (isFullKeyWriter(writer)) return receipt;
  if (receipt.kind !== "point" || receipt.point.life > 0) return undefined;
  const host = hexFromBytes(writer);
  return { ...receipt, point: { ...receipt.point, host } };
}
