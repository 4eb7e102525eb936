import type { Entropy } from "../../base/index.ts";
import type { ByteStore } from "../../disk/index.ts";
import { createVhdx, type VhdxFacts } from "../../formats/vhdx/index.ts";
import { relativeWindowsPath, windowsParentFolder } from "../../places/index.ts";

export interface NewVhdxChild {
  readonly child: string;
  readonly parent: string;
  /** The parent's. */
  readonly facts: VhdxFacts;
  readonly entropy: Entropy;
}

/** Makes an empty differencing VHDX in an empty store, with the locators that Hyper-V writes (formats-facts 1.7). */
export async function writeVhdxChild(store: ByteStore, make: NewVhdxChild): Promise<void> {
  const { child, parent, facts, entropy } = make;
  await createVhdx(store, {
    kind: "differencing",
    virtualSizeBytes: facts.virtualSizeBytes,
    logicalSectorBytes: facts.logicalSectorBytes,
    physicalSectorBytes: facts.physicalSectorBytes,
    creator: "Stillpoint simulated host",
    entropy,
    parent: {
      dataWriteGuid: facts.dataWriteGuid,
      virtualDiskId: facts.virtualDiskId,
      ...parentPaths(child, parent),
    },
  });
}

/** `absolute_win32_path` stands there without the prefix that the specification wants, as in real files. */
export function parentPaths(child: string, parent: string) {
  return {
    relativePath: relativeWindowsPath(windowsParentFolder(child) ?? "", parent),
    absolutePath: parent,
  };
}
