import type { Entropy } from "../../base/index.ts";
import { readBytes } from "../../disk/index.ts";
import { openVhd, SECTOR_BYTES } from "../../formats/vhd/index.ts";
import { resolveWindowsPath, windowsParentFolder } from "../../places/index.ts";
import type { HostDrives } from "../drives/host-drives.ts";
import { rewriteVhdParent, writeVhdChild } from "./vhd-child.ts";
import { VhdImage } from "./vhd-image.ts";
import type { DiskFormat, GuestWrite, Parentage, VirtualDiskFacts } from "./virtual-disks.ts";

/** VHD and AVHD. Identities do not change by writing: there are none in this format. */
export class VhdDisks implements DiskFormat {
  readonly #drives: HostDrives;
  readonly #entropy: Entropy;

  constructor(drives: HostDrives, entropy: Entropy) {
    this.#drives = drives;
    this.#entropy = entropy;
  }

  async facts(path: string): Promise<VirtualDiskFacts> {
    await using file = await this.#drives.openToRead(path);
    const { facts } = await openVhd(file);
    const { parent } = facts;
    const relative = parent?.relativePath ?? parent?.parentName;
    const folder = windowsParentFolder(path) ?? "";
    return {
      format: "vhd",
      kind: facts.kind,
      virtualSizeBytes: facts.virtualSizeBytes,
      blockSizeBytes: facts.blockSizeBytes ?? 0,
      logicalSectorBytes: facts.logicalSectorBytes,
      physicalSectorBytes: facts.logicalSectorBytes,
      virtualDiskId: facts.uniqueId,
      parentPath: relative === undefined ? parent?.absolutePath : resolveWindowsPath(folder, relative),
    };
  }

  async makeChild(child: string, parent: string, named: Parentage = { child, parent }): Promise<void> {
    const footer = await this.#footer(parent);
    await using store = await this.#drives.create(child);
    await writeVhdChild(store, { ...named, footer }, this.#entropy);
  }

  async write(path: string, write: GuestWrite): Promise<void> {
    await using store = await this.#drives.open(path);
    await (await VhdImage.open(store)).write(write.bytes, write.offset);
  }

  async isEmpty(path: string): Promise<boolean> {
    await using store = await this.#drives.openToRead(path);
    const image = await VhdImage.open(store);
    for await (const _ of image.blocks()) return false;
    return true;
  }

  async merge(child: string, parent: string): Promise<void> {
    await using from = await this.#drives.openToRead(child);
    await using to = await this.#drives.open(parent);
    const [source, target] = [await VhdImage.open(from), await VhdImage.open(to)];
    const blockBytes = source.header?.blockSizeBytes ?? 0;
    const { currentSizeBytes } = source.footer;
    for await (const { block, bitmap, dataOffset } of source.blocks()) {
      const start = block * blockBytes;
      const sectors = Math.min(blockBytes, currentSizeBytes - start) / SECTOR_BYTES;
      for (const run of presentRuns(bitmap, sectors)) {
        const bytes = await readBytes(from, dataOffset + run.first * SECTOR_BYTES, run.count * SECTOR_BYTES);
        await target.write(bytes, start + run.first * SECTOR_BYTES);
      }
    }
  }

  async setParent(child: string, parent: string): Promise<void> {
    const footer = await this.#footer(parent);
    await using store = await this.#drives.open(child);
    const { header } = await VhdImage.open(store);
    if (header !== undefined) await rewriteVhdParent(store, header, { child, parent, footer });
  }

  async touchHeaders(path: string): Promise<void> {
    await using store = await this.#drives.open(path);
    const image = await VhdImage.open(store);
    await image.writeFooter({ ...image.footer, timestamp: image.footer.timestamp + 1 });
  }

  async #footer(path: string): Promise<VhdImage["footer"]> {
    await using file = await this.#drives.openToRead(path);
    return (await VhdImage.open(file)).footer;
  }
}

/** Runs of sectors whose bit is set. */
function* presentRuns(bitmap: Uint8Array, sectors: number): Iterable<{ first: number; count: number }> {
  let first = -1;
  for (let sector = 0; sector <= sectors; sector++) {
    const isPresent = sector < sectors && (((bitmap[sector >>> 3] ?? 0) >>> (7 - (sector % 8))) & 1) === 1;
    if (isPresent && first < 0) first = sector;
    if (!isPresent && first >= 0) {
      yield { first, count: sector - first };
      first = -1;
    }
  }
}
