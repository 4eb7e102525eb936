/** A restore point as receipts tell of it. */
export interface ReceiptedPoint {
  /** Its object's name, which has its time and its id. */
  readonly object: string;
  /** SHA-256 of the object's bytes, in hexadecimal. */
  readonly sha256: string;
  readonly machine: { readonly id: string; readonly name: string };
  /** How often it was taken back after somebody had begun to remove it. */
  readonly life: number;
  /** The write-only host whose word this is: 32 hexadecimal digits. Absent: a full-key holder's. */
  readonly host?: string | undefined;
}

/** A restore point that was removed by whoever may, and which of its lives that ended. */
export interface ReceiptedRemoval {
  /** The name of its object. */
  readonly object: string;
  readonly life: number;
  /** When its receipt was written: an instant. In a checkpoint only. */
  readonly time?: string | undefined;
}

/** What a receipt is about: docs/vault-format.md 10.2. */
export type ReceiptSubject =
  | { readonly kind: "point"; readonly point: ReceiptedPoint }
  | { readonly kind: "removal"; readonly removal: ReceiptedRemoval }
  | {
      readonly kind: "checkpoint";
      /** Of each chain, how far the checkpoint stands for its receipts. */
      readonly chains: readonly { readonly chain: string; readonly number: number }[];
      /** What must be there. */
      readonly points: readonly ReceiptedPoint[];
      readonly removals: readonly ReceiptedRemoval[];
    };

/** A link of a chain. */
export type Receipt = ReceiptSubject & {
  /** Of one program's folder for its state: 32 hexadecimal digits. */
  readonly chain: string;
  /** From 1; above those of `previous`. */
  readonly number: number;
  /** Digests that name the receipts before it in its chain: usually one. */
  readonly previous: readonly string[];
  readonly time: string;
};
