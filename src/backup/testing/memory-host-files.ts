import { type ByteSource, type ByteStore, MemoryStore } from "../../disk/index.ts";
import { type HostEntry, HostFileError, type HostFileFacts, type HostFiles } from "../../places/index.ts";

interface Entry {
  readonly store: MemoryStore;
  modified: Temporal.Instant;
  readonly fileId: string;
}

/** A host's files in memory, paths as written. Counts open handles; tests change files between calls through `write`. */
export class MemoryHostFiles implements HostFiles {
  readonly #entries = new Map<string, Entry>();
  #nextId = 1;
  #time = Temporal.Instant.from("2026-05-01T10:00:00Z");
  /** Paths that are open now, one entry a handle. */
  readonly openNow: string[] = [];
  /** Every path that was opened, in order. */
  readonly opened: string[] = [];
  /** Called before each read of a file that was opened here. */
  onRead: (path: string, offset: number) => Promise<void> | void = () => undefined;
  /** Called before a file is opened; throws in a test's name. */
  onOpen: (path: string) => void = () => undefined;

  constructor(files: Readonly<Record<string, Uint8Array | string>> = {}) {
    for (const [path, content] of Object.entries(files)) this.write(path, content);
  }

  /** Makes or replaces the content of a file, keeping its identity, at a later time. */
  write(path: string, content: Uint8Array | string): void {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    this.#time = this.#time.add({ seconds: 1 });
    const fileId = this.#entries.get(path)?.fileId ?? String(this.#nextId++);
    this.#entries.set(path, { store: new MemoryStore(bytes), modified: this.#time, fileId });
  }

  /** Cuts a file where handles can see it. */
  async truncate(path: string, sizeBytes: number): Promise<void> {
    this.#time = this.#time.add({ seconds: 1 });
    const entry = this.#entry(path);
    entry.modified = this.#time;
    await entry.store.truncate(sizeBytes);
  }

  bytes(path: string): Uint8Array {
    return this.#entry(path).store.toBytes();
  }

  paths(): readonly string[] {
    return [...this.#entries.keys()].sort();
  }

  async list(path: string): Promise<readonly HostEntry[]> {
    const prefix = path === "" ? "" : `${path.replace(/[\\/]+$/, "")}/`;
    const found = new Map<string, HostEntry>();
    for (const key of this.#entries.keys()) {
      const unified = key.replaceAll("\\", "/");
      if (!unified.startsWith(prefix.replaceAll("\\", "/"))) continue;
      const [name, ...rest] = unified.slice(prefix.length).split("/");
      if (name !== undefined) found.set(name, { name, kind: rest.length === 0 ? "file" : "folder" });
    }
    return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async stat(path: string): Promise<HostFileFacts | undefined> {
    const entry = this.#entries.get(path);
    if (entry !== undefined) {
      const { modified, fileId, store } = entry;
      return { kind: "file", sizeBytes: store.sizeBytes, modified, volumeId: "1", fileId };
    }
    const isFolder = path === "" || (await this.list(path)).length > 0;
    if (!isFolder) return undefined;
    return { kind: "folder", sizeBytes: 0, modified: this.#time, volumeId: "1", fileId: `folder ${path}` };
  }

  async open(path: string): Promise<ByteSource> {
    this.onOpen(path);
    const { store } = this.#entry(path);
    const before = async (offset: number): Promise<void> => {
      await this.onRead(path, offset);
    };
    this.openNow.push(path);
    this.opened.push(path);
    const close = (): void => {
      const at = this.openNow.indexOf(path);
      if (at >= 0) this.openNow.splice(at, 1);
    };
    return {
      sizeBytes: store.sizeBytes,
      async read(target, offset) {
        await before(offset);
        await store.read(target, offset);
      },
      async [Symbol.asyncDispose]() {
        close();
      },
    };
  }

  async create(path: string): Promise<ByteStore> {
    if (this.#entries.has(path)) throw refusal(path, "exists");
    this.write(path, "");
    return this.#entry(path).store;
  }

  async remove(path: string): Promise<void> {
    this.#entries.delete(path);
  }

  async rename(path: string, newPath: string): Promise<void> {
    const entry = this.#entry(path);
    this.#entries.delete(path);
    this.#entries.set(newPath, entry);
  }

  #entry(path: string): Entry {
    const entry = this.#entries.get(path);
    if (entry === undefined) throw refusal(path, "missing");
    return entry;
  }
}

function refusal(path: string, reason: "missing" | "exists"): HostFileError {
  return new HostFileError(`Cannot use "${path}": it is ${reason}`, { path, reason });
}
