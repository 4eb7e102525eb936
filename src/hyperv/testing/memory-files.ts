import { type ByteSource, type ByteStore, MemoryStore } from "../../disk/index.ts";
import { type HostEntry, HostFileError, type HostFileFacts, type HostFiles } from "../../places/index.ts";

/** A host's files in memory; names compare without case. */
export class MemoryFiles implements HostFiles {
  readonly #files = new Map<string, { readonly path: string; readonly store: MemoryStore }>();
  /** Called before each act; throws in a test's name. */
  onAct: (act: "list" | "stat" | "open" | "create" | "remove", path: string) => void = () => undefined;

  constructor(files: Readonly<Record<string, string>> = {}) {
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  write(path: string, text: string): void {
    this.#files.set(path.toLowerCase(), { path, store: new MemoryStore(new TextEncoder().encode(text)) });
  }

  text(path: string): string {
    return new TextDecoder().decode(this.#at(path).toBytes());
  }

  paths(): readonly string[] {
    return [...this.#files.values()].map(({ path }) => path).sort();
  }

  /** What a volume holds now, again at another root. */
  copyBelow(root: string, target: string): void {
    for (const { path } of this.#files.values()) {
      if (isBelow(path, root)) this.write(target + path.slice(root.length), this.text(path));
    }
  }

  removeBelow(root: string): void {
    for (const [key, { path }] of this.#files) if (isBelow(path, root)) this.#files.delete(key);
  }

  async list(folder: string): Promise<readonly HostEntry[]> {
    this.onAct("list", folder);
    const root = folder.endsWith("\\") ? folder : `${folder}\\`;
    const found = new Map<string, HostEntry>();
    for (const { path } of this.#files.values()) {
      if (!isBelow(path, root)) continue;
      const [name = "", ...rest] = path.slice(root.length).split("\\");
      found.set(name, { name, kind: rest.length === 0 ? "file" : "folder" });
    }
    return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async stat(path: string): Promise<HostFileFacts | undefined> {
    this.onAct("stat", path);
    const file = this.#files.get(path.toLowerCase());
    if (file === undefined) return undefined;
    const modified = Temporal.Instant.from("2026-01-01T00:00:00Z");
    return { kind: "file", sizeBytes: file.store.sizeBytes, modified, volumeId: "v", fileId: path };
  }

  async open(path: string): Promise<ByteSource> {
    this.onAct("open", path);
    return this.#at(path);
  }

  async create(path: string): Promise<ByteStore> {
    this.onAct("create", path);
    if (this.#files.has(path.toLowerCase())) throw refusal(path, "exists");
    this.write(path, "");
    return this.#at(path);
  }

  async remove(path: string): Promise<void> {
    this.onAct("remove", path);
    this.#files.delete(path.toLowerCase());
  }

  #at(path: string): MemoryStore {
    const file = this.#files.get(path.toLowerCase());
    if (file === undefined) throw refusal(path, "missing");
    return file.store;
  }
}

function isBelow(path: string, root: string): boolean {
  return path.toLowerCase().startsWith(root.toLowerCase());
}

function refusal(path: string, reason: "exists" | "missing"): HostFileError {
  return new HostFileError(`Cannot use "${path}": ${reason}`, { path, reason });
}
