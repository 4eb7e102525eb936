import type { Key, KeyNode } from "./key-tree.ts";

const HOLDS_GUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

/**
 * All children of a name, in their order. Names that hold a GUID match in any case, since Hyper-V writes the same one
 * in both: in the manifest in upper case, as the device's node in lower case.
 */
export function childrenNamed(node: KeyNode, name: string): readonly Key[] {
  if (!HOLDS_GUID.test(name)) return node.children.filter((child) => child.name === name);
  const wanted = name.toLowerCase();
  return node.children.filter((child) => child.name.toLowerCase() === wanted);
}

/** The first key at a path of names joined by `/`. */
export function keyAt(from: KeyNode, path: string): Key | undefined {
  let key: Key | undefined = from;
  for (const name of path.split("/")) {
    if (key?.type !== "node") return undefined;
    key = childrenNamed(key, name)[0];
  }
  return key;
}

export function nodeAt(from: KeyNode, path: string): KeyNode | undefined {
  const key = keyAt(from, path);
  return key?.type === "node" ? key : undefined;
}

export function textAt(from: KeyNode, path: string): string | undefined {
  return valueAt(from, path, "string");
}

/** Undefined also for an integer beyond 2^53, which no key that we ask for has. */
export function integerAt(from: KeyNode, path: string): number | undefined {
  const value = valueAt(from, path, "int") ?? valueAt(from, path, "uint");
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
}

export function flagAt(from: KeyNode, path: string): boolean | undefined {
  return valueAt(from, path, "bool");
}

export function bytesAt(from: KeyNode, path: string): Uint8Array | undefined {
  return valueAt(from, path, "bytes");
}

/** What a key of each type holds. */
interface Values {
  readonly int: bigint;
  readonly uint: bigint;
  readonly string: string;
  readonly bytes: Uint8Array;
  readonly bool: boolean;
}

function valueAt<T extends keyof Values>(from: KeyNode, path: string, type: T): Values[T] | undefined {
  const key = keyAt(from, path);
  return key !== undefined && key.type === type && "value" in key ? (key.value as Values[T]) : undefined;
}
