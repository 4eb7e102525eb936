import type { Guid, Notice, StillpointError, Uncovered } from "../base/index.ts";
import type { HeldFile, HeldMachine } from "../hyperv/index.ts";
import { HostFileError, type HostFileFacts, type HostFiles } from "../places/index.ts";
import type { FileRole } from "../vault/index.ts";
import type { DiskChains } from "./disk-chains.ts";
import {
  DiskChainCycleError,
  DiskChainTooLongError,
  DiskParentMismatchError,
  DiskParentMissingError,
  MachineFileMissingError,
} from "./errors.ts";
import { fileFactsBefore } from "./file-identity.ts";
import { hostPathKey } from "./host-path.ts";

/** A file that goes into the restore point. */
export interface MachineFile {
  readonly path: string;
  readonly role: FileRole;
  readonly before: HostFileFacts;
  /** Set where only user checkpoints need the file: without it they are not covered, and the rest still is. */
  readonly onlyForCheckpoint: string | undefined;
  readonly notUnderstood: Notice | undefined;
}

/** The files of a held machine, and what of its checkpoints cannot be had. */
export interface MachineFiles {
  readonly files: readonly MachineFile[];
  readonly uncovered: readonly Uncovered[];
  readonly warnings: readonly Notice[];
}

/**
 * Finds every file of a held machine, each once: the chains of the attached disks, those of each user checkpoint, then
 * configuration and state. Errors of what the machine itself needs are thrown; a user checkpoint that cannot be read is
 * named as uncovered instead.
 */
export async function findMachineFiles(
  held: HeldMachine,
  places: { readonly files: HostFiles; readonly chains: DiskChains },
): Promise<MachineFiles> {
  const search = new Search(places);
  for (const disk of held.disks) await search.addChain(disk.viewLeaf);
  const names = new Map<Guid, string>(held.tree.checkpoints.map((node) => [node.id, node.name]));
  for (const node of held.tree.checkpoints) {
    for (const disk of node.disks) {
      await search.unlessUnreadable(disk.path, node.name, async () => {
        await search.addChain(disk.path, node.name);
      });
    }
  }
  for (const file of [...held.files, ...held.tree.checkpoints.flatMap((node) => node.files)]) {
    const checkpoint =
      file.checkpoint === undefined ? undefined : (names.get(file.checkpoint) ?? file.checkpoint);
    if (checkpoint === undefined) await search.addFile(file);
    else {
      await search.unlessUnreadable(file.path, checkpoint, async () => {
        await search.addFile(file, checkpoint);
      });
    }
  }
  return search;
}

class Search implements MachineFiles {
  readonly #files: HostFiles;
  readonly #chains: DiskChains;
  readonly #found = new Map<string, MachineFile>();
  readonly uncovered: Uncovered[] = [];
  readonly warnings: Notice[] = [];

  constructor(places: { readonly files: HostFiles; readonly chains: DiskChains }) {
    this.#files = places.files;
    this.#chains = places.chains;
  }

  get files(): readonly MachineFile[] {
    return [...this.#found.values()];
  }

  async addChain(leaf: string, onlyForCheckpoint?: string): Promise<void> {
    for (const file of await this.#chains.chainOf(leaf)) {
      const { path, before, notUnderstood } = file;
      this.#add({ path, role: "disk", before, notUnderstood, onlyForCheckpoint });
    }
  }

  async addFile(file: HeldFile, onlyForCheckpoint?: string): Promise<void> {
    if (this.#found.has(hostPathKey(file.path))) return;
    const before = await fileFactsBefore(this.#files, file.path);
    this.#add({ path: file.path, role: file.role, before, notUnderstood: undefined, onlyForCheckpoint });
  }

  async unlessUnreadable(path: string, checkpoint: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      const lost = lostCheckpoint(path, { checkpoint, error });
      this.uncovered.push(lost.uncovered);
      this.warnings.push(lost.warning);
    }
  }

  #add(file: MachineFile): void {
    const key = hostPathKey(file.path);
    if (this.#found.has(key)) return;
    this.#found.set(key, file);
    if (file.notUnderstood !== undefined) this.warnings.push(file.notUnderstood);
  }
}

/** Whether the error says that a file cannot be had now, rather than that reading as a whole fails. */
export function isUnreadable(error: unknown): error is StillpointError {
  if (error instanceof HostFileError) return ["missing", "locked", "denied"].includes(error.reason);
  return (
    error instanceof MachineFileMissingError ||
    error instanceof DiskParentMissingError ||
    error instanceof DiskParentMismatchError ||
    error instanceof DiskChainCycleError ||
    error instanceof DiskChainTooLongError
  );
}

/** How the ledger and the warnings name a file that a user checkpoint has and the restore point has not. */
export function lostCheckpoint(
  path: string,
  facts: { readonly checkpoint: string; readonly error: StillpointError },
): { readonly uncovered: Uncovered; readonly warning: Notice } {
  const why = `it belongs to the checkpoint "${facts.checkpoint}" and cannot be read: ${facts.error.message}`;
  return {
    uncovered: { disk: path, why },
    warning: { code: "checkpoint-not-covered", message: `"${path}" is not in the restore point: ${why}` },
  };
}
