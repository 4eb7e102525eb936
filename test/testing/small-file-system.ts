import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A file system of its own in memory that is soon full. Needs Linux and the right to mount. */
export class SmallFileSystem implements Disposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Undefined where nobody may mount. */
  static mount(kibibytes: number): SmallFileSystem | undefined {
    const folder = join(mkdtempSync(join(tmpdir(), "stillpoint-small-")), "mounted");
    mkdirSync(folder);
    const mounted = new SmallFileSystem(folder);
    if (mounted.#mount(`size=${kibibytes}k`)) return mounted;
    rmSync(join(folder, ".."), { recursive: true });
    return undefined;
  }

  /** Makes room while it is in use. */
  grow(kibibytes: number): void {
    if (!this.#mount(`remount,size=${kibibytes}k`)) throw new Error(`cannot grow ${this.folder}`);
  }

  path(...parts: readonly string[]): string {
    return join(this.folder, ...parts);
  }

  [Symbol.dispose](): void {
    spawnSync("umount", [this.folder]);
    rmSync(join(this.folder, ".."), { recursive: true, force: true });
  }

  #mount(options: string): boolean {
    return spawnSync("mount", ["-t", "tmpfs", "-o", options, "stillpoint", this.folder]).status === 0;
  }
}

/** Test options: skipped where nobody may mount. */
export function needsMounting(): { readonly skip: string | false } {
  using probe = SmallFileSystem.mount(64);
  return { skip: probe === undefined ? "needs the right to mount a small file system" : false };
}
