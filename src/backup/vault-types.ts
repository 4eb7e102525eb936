import type {
  CaptureMethod,
  CheckpointKind,
  Consistency,
  Guid,
  Notice,
  RestorePointId,
  Uncovered,
} from "../base/index.ts";
import type { ByteSource, ByteStore, DiskExtent, FileLayout } from "../disk/index.ts";
export type FileRole = "disk" | "configuration" | "runtime" | "guest-state" | "memory" | "other";
export interface FileRecipe {
  readonly version: 1;
  readonly sizeBytes: number;
  readonly level: number;
  readonly root: string | null;
}
export interface StoreCounts {
  readonly bytesRead: number;
  readonly bytesReadMetadata: number;
  readonly bytesNew: number;
  readonly bytesStored: number;
}
export interface StoredContent {
  readonly recipe: FileRecipe;
  readonly counts: StoreCounts;
}
export interface StoredFile {
  readonly path: string;
  readonly role: FileRole;
  readonly sizeBytes: number;
  readonly modified?: string;
  readonly recipe: FileRecipe;
}
export interface StoredFileReader extends ByteSource {
  extents(): AsyncIterable<DiskExtent>;
  copyTo(
    target: ByteStore,
    options: { signal?: AbortSignal; onProgress?(doneBytes: number): void },
  ): Promise<{ bytesWritten: number }>;
}
export interface CheckpointRecord {
  readonly id: string;
  readonly name: string;
  readonly created: string;
  readonly parent: string | null;
  readonly type: "standard" | "production" | "unknown";
  readonly memory: boolean;
  readonly disks: readonly {
    readonly controller: string;
    readonly number: number;
    readonly location: number;
    readonly path: string;
  }[];
  readonly files: readonly string[];
}
export interface RestorePointDraft {
  readonly machine: { readonly id: string; readonly name: string };
  readonly host: { readonly name: string; readonly system?: string };
  readonly started: string;
  readonly held: string;
  readonly asked: Consistency;
  readonly consistency: Consistency;
  readonly method: CaptureMethod;
  readonly checkpointKind: CheckpointKind;
  readonly interruptedSeconds: number;
  readonly attempts: number;
  readonly memory: { readonly kept: boolean; readonly reason?: string };
  readonly files: readonly StoredFile[];
  readonly disks: readonly {
    readonly controller: string;
    readonly number: number;
    readonly location: number;
    readonly viewLeaf: string;
  }[];
  readonly tree: { readonly checkpoints: readonly CheckpointRecord[]; readonly current: string | null };
  readonly uncovered: readonly Uncovered[];
  readonly warnings: readonly Notice[];
  readonly fullReadReasons: readonly {
    readonly disk: string;
    readonly code: string;
    readonly message: string;
  }[];
  readonly forecast: unknown;
  readonly leftBehind: readonly string[];
  readonly counts: StoreCounts;
}
export interface RestorePoint extends RestorePointDraft {
  readonly id: RestorePointId;
  readonly time: string;
  readonly bytes: number;
  readonly vault: Guid;
}
export interface VaultSession extends AsyncDisposable {
  storeFile(
    source: ByteSource,
    options: {
      layout: FileLayout;
      previous?: StoredFile;
      signal?: AbortSignal;
      onProgress?: (doneBytes: number) => void;
    },
  ): Promise<StoredContent>;
  commit(draft: RestorePointDraft): Promise<RestorePoint>;
}
