import { hexFromBytes } from "../../../base/index.ts";
import type { Key, KeyNode } from "../key-tree.ts";

export interface ListedValue {
  readonly path: string;
  readonly type: string;
  readonly value: unknown;
}

/** Every value of a tree with its path, in the form and order of the samples' expected dumps. */
export function listValues(node: KeyNode, path = ""): ListedValue[] {
  return node.children.flatMap((key: Key) => {
    const here = `${path}/${key.name}`;
    if (key.type === "node") return listValues(key, here);
    if (key.type === "file") return [{ path: here, type: "file", value: key.content.sizeBytes }];
    const value = key.value instanceof Uint8Array ? hexFromBytes(key.value) : key.value;
    return [{ path: here, type: key.type, value: typeof value === "bigint" ? String(value) : value }];
  });
}
