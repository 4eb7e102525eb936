import { MIB } from "../../base/index.ts";
import type { ByteSource, ByteStore } from "../../disk/index.ts";
import { bytesKey, fileKey, integerKey, type Key, type KeyNode, nodeKey, rootKey } from "./key-tree.ts";
import { MemoryBlock } from "./layout.ts";
import { SourceWindow } from "./source-window.ts";
import { writeKeyValueStore } from "./write-key-value-store.ts";

const PAGE_BYTES = 4096;
const BLOCK_BYTES = MIB; // a block of another size is compressed, by a variant that nobody has described

/** What a saved machine, or a checkpoint with memory, keeps of the running one. */
export interface SavedState {
  /** The guest's memory from address 0 on, in whole MiB; read once, block by block. Stays the caller's. */
  readonly memory: ByteSource;
  /** Registers and devices, opaque. */
  readonly devices?: Uint8Array | undefined;
}

/**
 * Writes a .vmrs into an empty store: with a saved state its memory as blocks of 1 MiB, else without any keys, as for a
 * machine that runs or is off. No real one was seen (docs/unconfirmed.md, vmrs-saved-state): the names are OpenVMM's.
 * Memory needed: a few hundred bytes for each MiB of the guest.
 */
export async function writeRuntimeState(
  store: ByteStore,
  options: { readonly saved?: SavedState | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  await writeKeyValueStore(runtimeStateTree(options.saved), store, { signal: options.signal });
}

export function runtimeStateTree(saved: SavedState | undefined): KeyNode {
  if (saved === undefined) return rootKey();
  const { memory, devices } = saved;
  if (memory.sizeBytes % BLOCK_BYTES !== 0)
    throw new TypeError(`memory of ${memory.sizeBytes} bytes: not whole MiB`);
  const blocks = Array.from({ length: memory.sizeBytes / BLOCK_BYTES }, (_, at): Key => {
    const extent = { offset: at * BLOCK_BYTES, length: BLOCK_BYTES };
    return fileKey(`RamBlock${at}`, new SourceWindow(memory, extent));
  });
  return rootKey(
    nodeKey(
      "savedstate",
      integerKey("VmVersion", 1),
      nodeKey("savedVM", bytesKey("partition_state", devices ?? new Uint8Array(0))),
      bytesKey("RamMemoryBlock0", memoryBlock(memory.sizeBytes)),
      ...blocks,
    ),
  );
}

function memoryBlock(sizeBytes: number): Uint8Array {
  const pages = { pageCount: sizeBytes / PAGE_BYTES, firstBlockPage: 0, firstGuestPage: 0 };
  return MemoryBlock.encode({ version: 3, flags: 0, ...pages, numaNode: 0, id: 0 });
}
