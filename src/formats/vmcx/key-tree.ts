import type { ByteSource } from "../../disk/index.ts";

/** A key that holds other keys. Names need not be unique: siblings of one name are an array, in their order. */
export interface KeyNode {
  readonly name: string;
  readonly type: "node";
  readonly children: readonly Key[];
}

/** A key with a value. */
export type KeyLeaf =
  | { readonly name: string; readonly type: "int"; readonly value: bigint }
  | { readonly name: string; readonly type: "uint"; readonly value: bigint }
  | { readonly name: string; readonly type: "double"; readonly value: number }
  | { readonly name: string; readonly type: "string"; readonly value: string }
  | { readonly name: string; readonly type: "bytes"; readonly value: Uint8Array }
  | { readonly name: string; readonly type: "bool"; readonly value: boolean }
  | KeyFile;

/**
 * A value too big for the key tables: memory of a machine, for instance. It is read when it is asked for; one that was
 * read from a store lives as long as the store's source, and disposing of it does nothing.
 */
export interface KeyFile {
  readonly name: string;
  readonly type: "file";
  /** What it is: bytes, or text in UTF-16LE. */
  readonly holds: "bytes" | "string";
  readonly content: ByteSource;
}

export type Key = KeyNode | KeyLeaf;

/** Trees deeper than this are refused: real ones have eight levels. */
export const DEEPEST_TREE = 64;

/** The root has no name and no value of its own. */
export function rootKey(...children: readonly Key[]): KeyNode {
  return { name: "", type: "node", children };
}

export function nodeKey(name: string, ...children: readonly Key[]): KeyNode {
  return { name, type: "node", children };
}

export function textKey(name: string, value: string): Key {
  return { name, type: "string", value };
}

export function integerKey(name: string, value: number | bigint): Key {
  return { name, type: "int", value: BigInt(value) };
}

/** On or off, as `True` and `False` in XML. */
export function flagKey(name: string, value: boolean): Key {
  return { name, type: "bool", value };
}

export function bytesKey(name: string, value: Uint8Array): Key {
  return { name, type: "bytes", value };
}

export function fileKey(name: string, content: ByteSource): Key {
  return { name, type: "file", holds: "bytes", content };
}
