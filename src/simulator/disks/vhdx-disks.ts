import { type Entropy, type Guid } from "../../base/index.ts";
import {
  mergeVhdx,
  openVhdx,
  openVhdxForWriting,
  type ParentLocator,
  PayloadState,
  parentCandidates,
  rewriteParentLocator,
  type VhdxFile,
} from "../../formats/vhdx/index.ts";
import type { HostDrives } from "../drives/host-drives.ts";
import { parentPaths, writeVhdxChild } from "./vhdx-child.ts";
import type { DiskFormat, GuestWrite, Parentage, VirtualDiskFacts } from "./virtual-disks.ts";

/** VHDX and AVHDX. */
export class VhdxDisks implements DiskFormat {
  readonly #drives: HostDrives;
  readonly #entropy: Entropy;

  constructor(drives: HostDrives, entropy: Entropy) {
    this.#drives = drives;
    this.#entropy = entropy;
  }

  async facts(path: string): Promise<VirtualDiskFacts> {
    await using file = await this.#open(path);
    const { facts, parentLocator } = file;
    return {
      format: "vhdx",
      kind: facts.kind,
      virtualSizeBytes: facts.virtualSizeBytes,
      blockSizeBytes: facts.blockSizeBytes,
      logicalSectorBytes: facts.logicalSectorBytes,
      physicalSectorBytes: facts.physicalSectorBytes,
      virtualDiskId: facts.virtualDiskId,
      parentPath: parentLocator === undefined ? undefined : await this.#parentPath(parentLocator, path),
    };
  }

  async makeChild(child: string, parent: string, named: Parentage = { child, parent }): Promise<void> {
    await using file = await this.#open(parent);
    await using store = await this.#drives.create(child);
    await writeVhdxChild(store, { ...named, facts: file.facts, entropy: this.#entropy });
  }

  async write(path: string, write: GuestWrite): Promise<void> {
    const same = write.sameSession ? await this.#identity(path) : {};
    await using writer = await openVhdxForWriting(await this.#drives.open(path), {
      entropy: this.#entropy,
      ...same,
    });
    await writer.write(write.bytes, write.offset);
  }

  async isEmpty(path: string): Promise<boolean> {
    await using file = await this.#open(path);
    for await (const run of file.blockTable.walk()) {
      if (run.kind === "payload" && run.state !== PayloadState.notPresent) return false;
    }
    return true;
  }

  async merge(child: string, parent: string): Promise<void> {
    await using from = await this.#drives.open(child);
    await using to = await this.#drives.open(parent);
    await mergeVhdx({ child: from, parent: to, entropy: this.#entropy });
  }

  async setParent(child: string, parent: string): Promise<void> {
    await using base = await this.#open(parent);
    await using store = await this.#drives.open(child);
    await rewriteParentLocator(store, {
      ...parentPaths(child, parent),
      linkage: base.facts.dataWriteGuid,
      entropy: this.#entropy,
    });
  }

  async touchHeaders(path: string): Promise<void> {
    await using writer = await openVhdxForWriting(await this.#drives.open(path), { entropy: this.#entropy });
    await writer.touchHeaders();
  }

  async #identity(path: string): Promise<{ dataWriteGuid: Guid; fileWriteGuid: Guid }> {
    await using file = await this.#open(path);
    const { dataWriteGuid, fileWriteGuid } = file.facts;
    return { dataWriteGuid, fileWriteGuid };
  }

  async #open(path: string): Promise<VhdxFile> {
    return await openVhdx(await this.#drives.openToRead(path));
  }

  async #parentPath(locator: ParentLocator, child: string): Promise<string | undefined> {
    const candidates = parentCandidates(locator, child);
    for (const { path } of candidates) if (await this.#drives.exists(path)) return path;
    return candidates[0]?.path;
  }
}
