import type { Guid } from "../../base/index.ts";

/** Where a chain stands, as its writer remembers it outside of the vault. */
export interface ReceiptPage {
  /** The chain's name: 32 hexadecimal digits. */
  readonly chain: string;
  /** Of the newest receipt. */
  readonly number: number;
  /** Digests of the receipts that no other of the chain names yet, with their numbers: several after runs at the same time. */
  readonly heads: readonly { readonly digest: string; readonly number: number }[];
}

/** Remembers the ends of chains beside the vault, so that a vault which goes back to an older state is noticed. */
export interface ReceiptBook {
  /** Undefined for a vault that nobody wrote to from here. */
  read(vault: Guid): Promise<ReceiptPage | undefined>;
  write(vault: Guid, page: ReceiptPage): Promise<void>;
}

/** A book that is forgotten with the program. */
export class PassingReceiptBook implements ReceiptBook {
  readonly #pages = new Map<Guid, ReceiptPage>();

  async read(vault: Guid): Promise<ReceiptPage | undefined> {
    await Promise.resolve();
    return this.#pages.get(vault);
  }

  async write(vault: Guid, page: ReceiptPage): Promise<void> {
    await Promise.resolve();
    this.#pages.set(vault, page);
  }
}
