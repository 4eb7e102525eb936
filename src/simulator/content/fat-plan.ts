import type { ContentFile } from "./content-disk.ts";
import { clusterBytes, type FatGeometry } from "./fat-geometry.ts";
import {
  ARCHIVE_ATTRIBUTE,
  FOLDER_ATTRIBUTE,
  FolderNames,
  LABEL_ATTRIBUTE,
  shortEntry,
} from "./fat-names.ts";

/** A stretch of clusters that belongs to one file or folder. */
export interface ClusterRun {
  readonly firstCluster: number;
  readonly clusterCount: number;
}

export interface PlannedFolder extends ClusterRun {
  /** The directory's bytes, up to the last entry. */
  readonly entries: Uint8Array;
}

export interface PlannedContent extends ClusterRun {
  readonly file: ContentFile;
}

/** Where everything of a volume goes. Files lie in one piece, in the order given. */
export interface FatPlan {
  /** In FAT16 the root has no clusters: its run is empty. */
  readonly root: PlannedFolder;
  readonly folders: readonly PlannedFolder[];
  readonly files: readonly PlannedContent[];
  readonly usedClusters: number;
}

interface Folder {
  readonly name: string;
  readonly folders: Map<string, Folder>;
  readonly files: ContentFile[];
}

export interface VolumeFacts {
  readonly label: string;
  readonly made: Temporal.Instant;
}

/** @throws {TypeError} when the files do not fit: the content is the program's own. */
export function planFatVolume(
  geometry: FatGeometry,
  files: readonly ContentFile[],
  volume: VolumeFacts,
): FatPlan {
  return new Planner(geometry, volume).plan(tree(files));
}

class Planner {
  readonly #geometry: FatGeometry;
  readonly #volume: VolumeFacts;
  readonly #folders: PlannedFolder[] = [];
  readonly #files: PlannedContent[] = [];
  #next = 2;

  constructor(geometry: FatGeometry, volume: VolumeFacts) {
    this.#geometry = geometry;
    this.#volume = volume;
  }

  plan(root: Folder): FatPlan {
    const label = shortEntry(this.#volume.label.toUpperCase().padEnd(11).slice(0, 11), {
      attributes: LABEL_ATTRIBUTE,
      firstCluster: 0,
      sizeBytes: 0,
      modified: this.#volume.made,
    });
    const isFixed = this.#geometry.kind === "fat16";
    const run = isFixed ? { firstCluster: 0, clusterCount: 0 } : this.#take(this.#folderBytes(root, [label]));
    const entries = this.#entriesOf(root, run, [label]);
    if (this.#next - 2 > this.#geometry.clusterCount)
      throw new TypeError("The files do not fit on the volume");
    return {
      root: { ...run, entries },
      folders: this.#folders,
      files: this.#files,
      usedClusters: this.#next - 2,
    };
  }

  #entriesOf(folder: Folder, own: ClusterRun, first: readonly Uint8Array[]): Uint8Array {
    const names = new FolderNames();
    const entries = [...first];
    for (const inner of folder.folders.values()) {
      const run = this.#take(
        this.#folderBytes(inner, [dot(1, 0, this.#volume.made), dot(2, 0, this.#volume.made)]),
      );
      entries.push(
        ...names.entries(inner.name, {
          attributes: FOLDER_ATTRIBUTE,
          firstCluster: run.firstCluster,
          sizeBytes: 0,
          modified: this.#volume.made,
        }),
      );
      // the root's number is 0 in the entry that leads up, whatever its cluster is
      const above = folder.name === "" ? 0 : own.firstCluster;
      const dots = [dot(1, run.firstCluster, this.#volume.made), dot(2, above, this.#volume.made)];
      this.#folders.push({ ...run, entries: this.#entriesOf(inner, run, dots) });
    }
    for (const file of folder.files) {
      const run = file.sizeBytes === 0 ? { firstCluster: 0, clusterCount: 0 } : this.#take(file.sizeBytes);
      this.#files.push({ ...run, file });
      const name = file.path.split("/").at(-1) ?? "";
      entries.push(
        ...names.entries(name, {
          attributes: ARCHIVE_ATTRIBUTE,
          firstCluster: run.firstCluster,
          sizeBytes: file.sizeBytes,
          modified: file.modified,
        }),
      );
    }
    return joined(entries);
  }

  /** How many bytes the entries of a folder take; aliases do not change their number. */
  #folderBytes(folder: Folder, first: readonly Uint8Array[]): number {
    const names = new FolderNames();
    const facts = { attributes: 0, firstCluster: 0, sizeBytes: 0, modified: this.#volume.made };
    const all = [...folder.folders.keys(), ...folder.files.map((file) => file.path.split("/").at(-1) ?? "")];
    const count = all.reduce((sum, name) => sum + names.entries(name, facts).length, first.length);
    return count * 32;
  }

  #take(sizeBytes: number): ClusterRun {
    const clusterCount = Math.max(1, Math.ceil(sizeBytes / clusterBytes(this.#geometry)));
    const firstCluster = this.#next;
    this.#next += clusterCount;
    return { firstCluster, clusterCount };
  }
}

function dot(count: 1 | 2, firstCluster: number, modified: Temporal.Instant): Uint8Array {
  const facts = { attributes: FOLDER_ATTRIBUTE, firstCluster, sizeBytes: 0, modified };
  return shortEntry(".".repeat(count).padEnd(11), facts);
}

function tree(files: readonly ContentFile[]): Folder {
  const root: Folder = { name: "", folders: new Map(), files: [] };
  for (const file of files) {
    let folder = root;
    for (const name of file.path.split("/").slice(0, -1)) {
      const inner: Folder = folder.folders.get(name) ?? { name, folders: new Map(), files: [] };
      folder.folders.set(name, inner);
      folder = inner;
    }
    folder.files.push(file);
  }
  return root;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
