import { type Entropy, newGuid } from "../../base/index.ts";
import { joinWindowsPath, windowsFileName, windowsParentFolder } from "../../places/index.ts";
import type { HostDrives } from "../drives/host-drives.ts";
import { VhdDisks } from "./vhd-disks.ts";
import { VhdxDisks } from "./vhdx-disks.ts";
import type { DiskFormat, GuestWrite, VirtualDiskFacts } from "./virtual-disks.ts";

const CHILD_NAME = /_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The host's virtual disks of both formats. */
export class HostDisks {
  readonly #vhdx: DiskFormat;
  readonly #vhd: DiskFormat;
  readonly #entropy: Entropy;

  constructor(drives: HostDrives, entropy: Entropy) {
    this.#vhdx = new VhdxDisks(drives, entropy);
    this.#vhd = new VhdDisks(drives, entropy);
    this.#entropy = entropy;
  }

  async facts(path: string): Promise<VirtualDiskFacts> {
    return await this.#format(path).facts(path);
  }

  /** Makes `<base>_<GUID>.avhdx` (`.avhd`) beside the parent, as Hyper-V does; the result is its path. */
  async freeze(parent: string): Promise<string> {
    const name = windowsFileName(parent);
    const dot = name.lastIndexOf(".");
    const stem = name.slice(0, dot).replace(CHILD_NAME, "");
    const end = isVhd(parent) ? ".avhd" : ".avhdx";
    const folder = windowsParentFolder(parent) ?? "";
    const child = joinWindowsPath(folder, `${stem}_${newGuid(this.#entropy).toUpperCase()}${end}`);
    await this.#format(parent).makeChild(child, parent);
    return child;
  }

  async write(path: string, write: GuestWrite): Promise<void> {
    await this.#format(path).write(path, write);
  }

  async isEmpty(path: string): Promise<boolean> {
    return await this.#format(path).isEmpty(path);
  }

  async merge(child: string, parent: string): Promise<void> {
    await this.#format(parent).merge(child, parent);
  }

  async setParent(child: string, parent: string): Promise<void> {
    await this.#format(child).setParent(child, parent);
  }

  async touchHeaders(path: string): Promise<void> {
    await this.#format(path).touchHeaders(path);
  }

  #format(path: string): DiskFormat {
    return isVhd(path) ? this.#vhd : this.#vhdx;
  }
}

function isVhd(path: string): boolean {
  return /\.a?vhd$/i.test(path);
}
