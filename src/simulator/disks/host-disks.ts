import type { Entropy } from "../../base/index.ts";
import { joinWindowsPath, windowsFileName, windowsParentFolder } from "../../places/index.ts";
import type { HostDrives } from "../drives/host-drives.ts";
import { VhdDisks } from "./vhd-disks.ts";
import { VhdxDisks } from "./vhdx-disks.ts";
import type { DiskFormat, GuestWrite, Parentage, VirtualDiskFacts } from "./virtual-disks.ts";

const CHILD_NAME = /_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** `<base>_<GUID>.avhdx` (`.avhd`) beside the parent: how Hyper-V names the new leaf of a checkpoint. */
export function childPath(parent: string, id: string): string {
  const name = windowsFileName(parent);
  const stem = name.slice(0, name.lastIndexOf(".")).replace(CHILD_NAME, "");
  const end = isVhd(parent) ? ".avhd" : ".avhdx";
  return joinWindowsPath(windowsParentFolder(parent) ?? "", `${stem}_${id}${end}`);
}

/** The host's virtual disks of both formats. */
export class HostDisks {
  readonly #vhdx: DiskFormat;
  readonly #vhd: DiskFormat;

  constructor(drives: HostDrives, entropy: Entropy) {
    this.#vhdx = new VhdxDisks(drives, entropy);
    this.#vhd = new VhdDisks(drives, entropy);
  }

  async facts(path: string): Promise<VirtualDiskFacts> {
    return await this.#format(path).facts(path);
  }

  /** Makes an empty differencing disk over the parent, which is only read; its locators may name other places. */
  async freeze(parent: string, child: string, named?: Parentage): Promise<void> {
    await this.#format(parent).makeChild(child, parent, named);
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
