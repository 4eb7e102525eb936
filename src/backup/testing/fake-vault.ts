import { createHash } from "node:crypto";
import { type Guid, guid, InternalError, type RestorePointId, throwIfInterrupted } from "../../base/index.ts";
import { type ByteSource, MemoryStore, readBytes } from "../../disk/index.ts";
import type { RestoreReader, RestoreVault } from "../../restore/index.ts";
import type { RestorePoint, RestorePointDraft, StoredFile, UnreadRange } from "../../vault/index.ts";
import type { BackupSession, BackupVault } from "../ports.ts";

/** A vault that keeps whole files in memory, by their SHA-256, and says what it was asked. */
export class FakeVault implements BackupVault, RestoreVault {
  readonly contents = new Map<string, Uint8Array>();
  readonly points: RestorePoint[] = [];
  /** What each stored file's layout said of itself: `payload` when any byte of it belongs to a disk. */
  readonly layouts: ("payload" | "plain")[] = [];
  readonly previousGiven: (string | undefined)[] = [];
  sessionsOpen = 0;
  sessionsOpened = 0;
  readersOpen = 0;
  /** Called when a stored file is about to be copied; throws in a test's name. */
  onCopy: (file: StoredFile) => Promise<void> | void = () => undefined;
  /** What a salvage of a stored file cannot read. */
  onSalvage: (file: StoredFile) => readonly UnreadRange[] = () => [];
  /** Called before each file is stored; throws in a test's name. */
  onStore: (source: ByteSource) => Promise<void> | void = () => undefined;
  onCommit: (draft: RestorePointDraft) => void = () => undefined;

  async openSession(options: { readonly signal?: AbortSignal | undefined }): Promise<BackupSession> {
    throwIfInterrupted(options.signal);
    this.sessionsOpen++;
    this.sessionsOpened++;
    return {
      storeFile: async (source, storeOptions) => {
        throwIfInterrupted(storeOptions.signal);
        await this.onStore(source);
        let payloadBytes = 0;
        for await (const segment of storeOptions.layout.segments()) {
          if (segment.kind === "payload") payloadBytes += segment.length;
        }
        this.layouts.push(payloadBytes > 0 ? "payload" : "plain");
        this.previousGiven.push(storeOptions.previous?.path);
        const bytes = await readBytes(source, 0, source.sizeBytes);
        storeOptions.onProgress?.(bytes.length);
        const sha256 = createHash("sha256").update(bytes).digest("hex");
        const bytesNew = this.contents.has(sha256) ? 0 : bytes.length;
        this.contents.set(sha256, bytes);
        return {
          recipe: { version: 1, sizeBytes: bytes.length, level: 0, root: sha256 },
          counts: {
            bytesRead: payloadBytes,
            bytesReadMetadata: bytes.length - payloadBytes,
            bytesNew,
            bytesStored: bytesNew,
          },
        };
      },
      commit: async (draft) => {
        this.onCommit(draft);
        const point: RestorePoint = {
          ...structuredClone(draft),
          id: (this.points.length + 1).toString(16).padStart(32, "0") as RestorePointId,
          time: "2026-05-01T12:00:00Z",
          bytes: draft.files.reduce((sum, file) => sum + file.sizeBytes, 0),
          vault: guid("11111111-1111-4111-8111-111111111111"),
        };
        this.points.push(point);
        return point;
      },
      [Symbol.asyncDispose]: async () => {
        this.sessionsOpen--;
      },
    };
  }

  async previousFiles(machine: Guid, host: string): Promise<ReadonlyMap<string, StoredFile>> {
    const last = this.points.findLast(
      (point) => point.machine.id === machine.toUpperCase() && point.host.name === host,
    );
    return new Map(last?.files.map((file) => [file.path, file]));
  }

  async openFile(file: StoredFile): Promise<RestoreReader> {
    const bytes = this.contents.get(file.recipe.root ?? "");
    if (bytes === undefined)
      throw new InternalError("Cannot open the stored file: the vault has no such content");
    this.readersOpen++;
    const source = new MemoryStore(bytes);
    return {
      sizeBytes: bytes.length,
      read: async (target, offset) => {
        await source.read(target, offset);
      },
      copyTo: async (target, options) => {
        throwIfInterrupted(options?.signal);
        await this.onCopy(file);
        await target.write(bytes, 0);
        await target.truncate(bytes.length);
        options?.onProgress?.(bytes.length);
        return { bytesWritten: bytes.length };
      },
      salvageTo: async (target, options) => {
        const lost = this.onSalvage(file);
        await target.write(bytes, 0);
        for (const range of lost) {
          await target.write(new Uint8Array(range.length), range.offset);
          options.onUnread(range);
        }
        options.onProgress?.(bytes.length);
        return { bytesWritten: bytes.length };
      },
      [Symbol.asyncDispose]: async () => {
        this.readersOpen--;
      },
    };
  }

  /** The bytes that a restore point has of a file. */
  bytes(point: RestorePoint, path: string): Uint8Array | undefined {
    const file = point.files.find((candidate) => candidate.path === path);
    return file && this.contents.get(file.recipe.root ?? "");
  }
}
