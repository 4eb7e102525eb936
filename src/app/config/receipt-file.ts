import { hash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ReceiptBook, ReceiptPage } from "../../vault/index.ts";
import { StateFolderError } from "../errors.ts";
import { stateFolder } from "./state-folder.ts";

const PAGE = /^[0-9a-f]{32}$/;

/**
 * Remembers in a file of the state folder, one for each vault and place, which receipt this machine wrote last. Without it a
 * vault that goes back to an older state is not noticed from here, and nothing else is lost.
 */
export class ReceiptFile implements ReceiptBook {
  readonly #location: string;
  readonly #stateDir: string | undefined;

  constructor(location: string, options: { readonly stateDir?: string | undefined }) {
    this.#location = location;
    this.#stateDir = options.stateDir;
  }

  /** Undefined also for a file that is none of ours. */
  async read(vault: string): Promise<ReceiptPage | undefined> {
    try {
      const page = JSON.parse(await readFile(await this.#path(vault), "utf8")) as Partial<ReceiptPage>;
      const { chain, number, heads } = page;
      const isPage = typeof chain === "string" && PAGE.test(chain) && Number.isSafeInteger(number);
      return isPage && Array.isArray(heads) ? (page as ReceiptPage) : undefined;
    } catch (error) {
      if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "ENOENT")
        return undefined;
      throw this.#unusable(error);
    }
  }

  /** @throws {StateFolderError} */
  async write(vault: string, page: ReceiptPage): Promise<void> {
    try {
      const path = await this.#path(vault);
      const temporary = `${path}.${randomUUID()}`;
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await writeFile(temporary, JSON.stringify(page), { mode: 0o600, flush: true });
      await rename(temporary, path);
    } catch (error) {
      throw this.#unusable(error);
    }
  }

  async #path(vault: string): Promise<string> {
    const place = hash("sha256", this.#location).slice(0, 16);
    return join(await stateFolder(this.#stateDir), "receipts", `${vault}-${place}.json`);
  }

  #unusable(cause: unknown): unknown {
    if (cause instanceof StateFolderError) return cause;
    return new StateFolderError(
      `Cannot remember what was written to "${this.#location}": its file in the state folder is not usable`,
      { cause },
    );
  }
}
