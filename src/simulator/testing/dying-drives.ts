import { HostDrives } from "../drives/host-drives.ts";

/** Works until the n-th time that a file is opened, made or removed; from then on the process is dead. */
export class DyingDrives extends HostDrives {
  #left: number;

  constructor(folder: string, operations: number) {
    super(folder);
    this.#left = operations;
  }

  get died(): boolean {
    return this.#left < 0;
  }

  override async open(path: string) {
    this.#count();
    return await super.open(path);
  }

  override async openToRead(path: string) {
    this.#count();
    return await super.openToRead(path);
  }

  override async create(path: string) {
    this.#count();
    return await super.create(path);
  }

  override async remove(path: string) {
    this.#count();
    await super.remove(path);
  }

  override async copyVolume(from: string, to: string, mounted: readonly string[]): Promise<void> {
    this.#count();
    await super.copyVolume(from, to, mounted);
    this.#count();
  }

  #count(): void {
    if (--this.#left < 0) throw new TypeError("killed");
  }
}
