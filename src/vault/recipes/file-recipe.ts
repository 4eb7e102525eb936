/**
 * How a file is made of chunks: names the root of the tree of docs/vault-format.md 8. JSON; opaque outside the vault.
 */
export interface FileRecipe {
  readonly version: 1;
  readonly sizeBytes: number;
  /** 0: the root is a chunk of the file, or the file is all zeros. */
  readonly level: number;
  /** 64 hexadecimal digits; null for a file of zeros. */
  readonly root: string | null;
}
