import { hash } from "node:crypto";
import { appendFile, mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseRestorePointId, type RestorePointId } from "../../base/index.ts";
import { StateFolderError } from "../errors.ts";
import { stateFolder } from "./state-folder.ts";

const LINE = /^([0-9a-f/-]{1,100}) ([0-9a-f]{32})$/;

/**
 * Remembers in a file of the state folder, one for each vault, which restore points were copied into it by somebody who
 * cannot read there. Without it they are copied once more, which stores no chunk again. A torn last line is ignored.
 */
export class CopiedFile {
  readonly #vault: string;
  readonly #stateDir: string | undefined;

  constructor(vault: string, options: { readonly stateDir?: string | undefined }) {
    this.#vault = vault;
    this.#stateDir = options.stateDir;
  }

  /** The copies' ids by their originals' keys. @throws {StateFolderError} */
  async read(): Promise<ReadonlyMap<string, RestorePointId>> {
    const copied = new Map<string, RestorePointId>();
    try {
      for (const line of (await readFile(await this.#path(), "utf8")).split("\n")) {
        const [, key, text] = LINE.exec(line) ?? [];
        const id = text === undefined ? undefined : parseRestorePointId(text);
        if (key !== undefined && id !== undefined) copied.set(key, id);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw this.#unusable(error);
    }
    return copied;
  }

  /** In the file when this resolves. @throws {StateFolderError} */
  async note(key: string, id: RestorePointId): Promise<void> {
    try {
      const path = await this.#path();
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await appendFile(path, `\n${key} ${id}\n`, { mode: 0o600 }); // behind what may be torn
    } catch (error) {
      throw this.#unusable(error);
    }
  }

  async #path(): Promise<string> {
    return join(await stateFolder(this.#stateDir), "copies", hash("sha256", this.#vault).slice(0, 32));
  }

  #unusable(cause: unknown): unknown {
    if (cause instanceof StateFolderError) return cause;
    return new StateFolderError(
      "Cannot remember what was copied: its file in the state folder is not usable",
      {
        cause,
      },
    );
  }
}
