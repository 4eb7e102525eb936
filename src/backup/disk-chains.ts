import { type Notice, throwIfInterrupted } from "../base/index.ts";
import { SourceEndedError } from "../disk/index.ts";
import type { HostFileFacts, HostFiles } from "../places/index.ts";
import { type DiskFile, isFormatError, openDiskFile, type ParentLink } from "./disk-file.ts";
import {
  DiskChainCycleError,
  DiskChainTooLongError,
  DiskParentMismatchError,
  DiskParentMissingError,
} from "./errors.ts";
import { fileFactsBefore } from "./file-identity.ts";
import { findHostFile, hostFileName, hostPathKey, resolveHostPath } from "./host-path.ts";

/** A file of a chain. */
export interface ChainFile {
  readonly path: string;
  /** What the host said about it before its first byte was read. */
  readonly before: HostFileFacts;
  /** Where its parent is; undefined for a root, and for a file that could not be understood. */
  readonly parentPath: string | undefined;
  /** Why the file is kept byte for byte without being understood. */
  readonly notUnderstood: Notice | undefined;
}

type ReadFacts = Pick<DiskFile, "format" | "identity" | "parent">;
/** What the file's own structures say, or why they say nothing. */
type Understood = { readonly facts: ReadFacts } | { readonly problem: string };
type Reading = Understood & { readonly before: HostFileFacts };

/** Far above what Hyper-V allows (50 checkpoints in a line), low enough to end. */
const LONGEST_CHAIN = 1024;

/**
 * Follows differencing disks to their roots and proves each link by the identity that the child remembers.
 *
 *     leaf ──▶ parent ──▶ … ──▶ root        each file is read once, however many leaves share it
 *
 * The headers of a file are read once in the life of one instance, so that an instance sees one state of the host.
 */
export class DiskChains {
  readonly #files: HostFiles;
  readonly #signal: AbortSignal | undefined;
  readonly #readings = new Map<string, Reading>();

  constructor(files: HostFiles, options: { readonly signal?: AbortSignal | undefined } = {}) {
    this.#files = files;
    this.#signal = options.signal;
  }

  /**
   * The leaf and its ancestors, leaf first. A file that cannot be understood ends its chain.
   *
   * @throws {MachineFileMissingError}, {DiskParentMissingError}, {DiskParentMismatchError}, {DiskChainCycleError}
   */
  async chainOf(leaf: string): Promise<readonly ChainFile[]> {
    const chain: ChainFile[] = [];
    const seen = new Set<string>();
    for (let path: string | undefined = leaf; path !== undefined; ) {
      if (seen.has(hostPathKey(path))) {
        throw new DiskChainCycleError(`Cannot follow the chain of "${leaf}": "${path}" is its own ancestor`, {
          path,
        });
      }
      if (chain.length === LONGEST_CHAIN) {
        throw new DiskChainTooLongError(
          `Cannot follow the chain of "${leaf}": it has more than ${LONGEST_CHAIN} files`,
          { path: leaf },
        );
      }
      seen.add(hostPathKey(path));
      const file: ChainFile = await this.#chainFile(path);
      chain.push(file);
      path = file.parentPath;
    }
    return chain;
  }

  /** Where the parent of one file lies, whether or not it is the right one; undefined for none. */
  async parentPlace(path: string): Promise<string | undefined> {
    const reading = await this.#read(path);
    if ("problem" in reading || reading.facts.parent === undefined) return undefined;
    const places = await this.#places(path, reading.facts.parent);
    for (const place of places) {
      if (await this.#isParent(place, reading.facts)) return place;
    }
    return places[0];
  }

  async #chainFile(path: string): Promise<ChainFile> {
    const reading = await this.#read(path);
    if ("problem" in reading) {
      const notUnderstood = notUnderstoodNotice(path, reading.problem);
      return { path, before: reading.before, parentPath: undefined, notUnderstood };
    }
    const { before, facts } = reading;
    const parentPath = facts.parent && (await this.#findParent(path, facts));
    return { path, before, parentPath, notUnderstood: undefined };
  }

  async #findParent(path: string, facts: ReadFacts): Promise<string> {
    const link = facts.parent as ParentLink;
    const places = await this.#places(path, link);
    for (const place of places) {
      if (await this.#isParent(place, facts)) return place;
    }
    const wrong = places[0];
    if (wrong === undefined) {
      const said = link.places.map((place) => `"${place}"`).join(", ") || "no place at all";
      throw new DiskParentMissingError(`Cannot find the parent of "${path}": it names ${said}`, { path });
    }
    throw new DiskParentMismatchError(
      `Cannot use "${wrong}" as the parent of "${path}": it is another file, or was written since the child was made`,
      { path, parentPath: wrong },
    );
  }

  /** The places at which there is a file, each once; beside the child last. */
  async #places(path: string, link: ParentLink): Promise<readonly string[]> {
    const beside = link.places.map((place) => hostFileName(place)).filter((name) => name !== "");
    const found = new Map<string, string>();
    for (const written of [...link.places, ...beside]) {
      throwIfInterrupted(this.#signal);
      const place = resolveHostPath(path, written);
      const there = place === undefined ? undefined : await findHostFile(this.#files, place);
      if (there !== undefined && !found.has(hostPathKey(there))) found.set(hostPathKey(there), there);
    }
    return [...found.values()];
  }

  /** A file that cannot be understood cannot be refused either: it is kept, and its own notice says so. */
  async #isParent(place: string, child: ReadFacts): Promise<boolean> {
    const reading = await this.#read(place);
    if ("problem" in reading) return true;
    const { format, identity } = reading.facts;
    return format === child.format && (child.parent?.identities.includes(identity) ?? false);
  }

  async #read(path: string): Promise<Reading> {
    const key = hostPathKey(path);
    const known = this.#readings.get(key);
    if (known !== undefined) return known;
    throwIfInterrupted(this.#signal);
    const reading = await this.#readNew(path);
    this.#readings.set(key, reading);
    return reading;
  }

  async #readNew(path: string): Promise<Reading> {
    const before = await fileFactsBefore(this.#files, path);
    return { before, ...(await this.#understand(path)) };
  }

  async #understand(path: string): Promise<Understood> {
    await using source = await this.#files.open(path);
    try {
      const { format, identity, parent } = await openDiskFile(source, { path, signal: this.#signal });
      return { facts: { format, identity, parent } };
    } catch (error) {
      if (isFormatError(error)) return { problem: error.message };
      if (error instanceof SourceEndedError && (await this.#hasStill(path, source.sizeBytes))) {
        return { problem: error.message };
      }
      throw error;
    }
  }

  /** A file that ends too early and has not shrunk is damaged; one that shrinks is read again later. */
  async #hasStill(path: string, sizeBytes: number): Promise<boolean> {
    return (await this.#files.stat(path))?.sizeBytes === sizeBytes;
  }
}

/** The warning that stands in a restore point for a disk that is kept without being understood. */
export function notUnderstoodNotice(path: string, problem: string): Notice {
  return {
    code: "disk-not-understood",
    message: `"${path}" is kept byte for byte, but could not be read as a virtual disk, so parents that it may have are not looked for: ${problem}`,
  };
}
