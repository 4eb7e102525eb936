import { crc32, InternalError } from "../../base/index.ts";
import { MemoryStore } from "../../disk/index.ts";
import { fileContent, variableBytes } from "./key-data.ts";
import type { Key, KeyLeaf, KeyNode } from "./key-tree.ts";
import { pieces } from "./pieces.ts";

/**
 * Holds the tree that was read back against the one that was written; `checksums` are those of its file objects, in
 * the order in which they were laid out. @throws {InternalError} naming the first key that differs.
 */
export async function compareTrees(
  wanted: KeyNode,
  found: KeyNode,
  checksums: readonly number[],
): Promise<void> {
  const files = checksums[Symbol.iterator]();
  const open: [Key, Key | undefined][] = [[wanted, found]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [key, back] = next;
    if (key.type !== "node" || back?.type !== "node" || key.children.length !== back.children.length)
      throw differs(key);
    for (const [at, child] of key.children.entries()) {
      const other = back.children[at];
      if (child.type === "node") open.push([child, other]);
      else if (other === undefined || other.type === "node" || !(await isSame(child, other, files)))
        throw differs(child);
    }
  }
}

async function isSame(wanted: KeyLeaf, found: KeyLeaf, files: Iterator<number>): Promise<boolean> {
  if (wanted.name !== found.name) return false;
  const content = fileContent(wanted);
  if (content === undefined) return sameValue(wanted, found);
  const expected = files.next().value;
  const inMemory = variableBytes(found);
  const back = inMemory === undefined ? fileContent(found) : new MemoryStore(inMemory);
  if (back?.sizeBytes !== content.sizeBytes) return false;
  let checksum = 0;
  for await (const part of pieces(back)) checksum = crc32(part, checksum);
  return checksum === expected;
}

function sameValue(wanted: KeyLeaf, found: KeyLeaf): boolean {
  if (!("value" in wanted) || !("value" in found) || wanted.type !== found.type) return false;
  if (wanted.value instanceof Uint8Array && found.value instanceof Uint8Array) {
    const { value } = found;
    return wanted.value.length === value.length && wanted.value.every((byte, at) => byte === value[at]);
  }
  return Object.is(wanted.value, found.value);
}

function differs(key: Key): InternalError {
  return new InternalError(
    `Cannot trust the key-value store just written: "${key.name}" reads back otherwise`,
  );
}
