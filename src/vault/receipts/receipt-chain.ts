import { createHash } from "node:crypto";
import { type Clock, type Entropy, hexFromBytes } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import { sealReceipt } from "../crypto/sealed-object.ts";
import type { WriterKeys } from "../crypto/vault-keys.ts";
import { FORMAT_VERSION } from "../format/layout.ts";
import { receiptName } from "../format/object-names.ts";
import { putOnce } from "../sessions/put-once.ts";
import type { ReceiptSubject } from "./receipt.ts";
import type { ReceiptBook, ReceiptPage } from "./receipt-book.ts";

export interface ReceiptChainParts {
  readonly storage: Storage;
  readonly keys: WriterKeys;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly book: ReceiptBook;
}

/** Adds receipts to this writer's chain, one after the other. Reads nothing of the vault. */
export class ReceiptChain {
  readonly #parts: ReceiptChainParts;
  #adding: Promise<unknown> = Promise.resolve();

  constructor(parts: ReceiptChainParts) {
    this.#parts = parts;
  }

  /** Durable in the vault, then in the book, when it resolves. Gives the object's name. */
  async add(subject: ReceiptSubject): Promise<string> {
    const adding = this.#adding.then(async () => await this.#addNow(subject));
    this.#adding = adding.catch(() => undefined); // each caller hears of its own failure
    return await adding;
  }

  async #addNow(subject: ReceiptSubject): Promise<string> {
    const { storage, keys, clock, entropy, book } = this.#parts;
    const page = (await book.read(keys.vault)) ?? newPage(entropy);
    const number = page.number + 1;
    const receipt = {
      version: FORMAT_VERSION,
      chain: page.chain,
      number,
      previous: page.heads.map(({ digest }) => digest),
      time: clock.now().toString(),
      ...subject,
    };
    const parts = sealReceipt(new TextEncoder().encode(JSON.stringify(receipt)), keys, entropy);
    const digest = digestOf(parts);
    const name = receiptName(digest);
    await putOnce(storage, name, parts);
    await this.#turnPage(page, { digest: hexFromBytes(digest), number });
    return name;
  }

  /** Another program on this machine may have added meanwhile: its receipts stay heads beside this one. */
  async #turnPage(before: ReceiptPage, head: ReceiptPage["heads"][number]): Promise<void> {
    const { keys, book } = this.#parts;
    const now = (await book.read(keys.vault)) ?? before;
    const named = new Set(before.heads.map(({ digest }) => digest));
    const others = now.chain === before.chain ? now.heads.filter(({ digest }) => !named.has(digest)) : [];
    await book.write(keys.vault, {
      chain: before.chain,
      number: Math.max(head.number, ...others.map(({ number }) => number)),
      heads: [...others, head],
    });
  }
}

function newPage(entropy: Entropy): ReceiptPage {
  return { chain: hexFromBytes(entropy.bytes(16)), number: 0, heads: [] };
}

function digestOf(parts: readonly Uint8Array[]): Uint8Array {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(part);
  return digest.digest();
}
