import type { ByteSource, ByteStore } from "../../../disk/index.ts";
import {
  type HostEntry,
  HostFileError,
  type HostFileFacts,
  type HostFiles,
  joinWindowsPath,
  parseWindowsPath,
  windowsPathKey,
} from "../../../places/index.ts";
import { isBelow } from "./shadow-volumes.ts";

/** A volume and the device under which its shadow copy can be read. */
export interface ShadowedVolume {
  /** `D:\`, or where else it is mounted. */
  readonly root: string;
  /** `\\?\GLOBALROOT\Device\HarddiskVolumeShadowCopy7`. */
  readonly device: string;
}

/**
 * A host's files as they were when the shadow copies were made: addressed by their original paths, read from the shadow
 * copies. A path on a volume without one is refused, never read from the live volume.
 */
export class ShadowView implements HostFiles {
  readonly #files: HostFiles;
  /** Deeper mounts first. */
  readonly #volumes: readonly ShadowedVolume[];

  constructor(files: HostFiles, volumes: readonly ShadowedVolume[]) {
    this.#files = files;
    this.#volumes = [...volumes].sort((a, b) => b.root.length - a.root.length);
  }

  async list(path: string): Promise<readonly HostEntry[]> {
    return await this.#files.list(this.#inShadow(path));
  }

  async stat(path: string): Promise<HostFileFacts | undefined> {
    return await this.#files.stat(this.#inShadow(path));
  }

  async open(path: string): Promise<ByteSource> {
    return await this.#files.open(this.#inShadow(path));
  }

  async create(path: string): Promise<ByteStore> {
    throw refusal(path, "denied", "a shadow copy is never written");
  }

  async remove(path: string): Promise<void> {
    throw refusal(path, "denied", "a shadow copy is never written");
  }

  #inShadow(path: string): string {
    const volume = this.#volumes.find(({ root }) => isBelow(path, root));
    const parsed = parseWindowsPath(path);
    if (volume === undefined || parsed === undefined) {
      throw refusal(path, "unmapped", "its volume is not among the shadow copies");
    }
    const below = windowsPathKey(path).length - windowsPathKey(volume.root).length;
    const root = parseWindowsPath(volume.root);
    const names = parsed.names.slice(root?.names.length ?? 0);
    return below === 0 ? `${volume.device}\\` : joinWindowsPath(volume.device, ...names);
  }
}

function refusal(path: string, reason: "denied" | "unmapped", state: string): HostFileError {
  return new HostFileError(`Cannot use "${path}" in the shadow copy: ${state}`, { path, reason });
}
