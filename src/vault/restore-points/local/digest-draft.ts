import type { FileHandle } from "node:fs/promises";
import { rename, rm } from "node:fs/promises";
import type { PointDigest } from "../point-digest.ts";
import type { DigestPages } from "./digest-page.ts";
import { unlessItFails } from "./unless-it-fails.ts";

const DIGESTS_A_PAGE = 512;

/** A file of digests that is being written: nobody reads it until it is kept. Gone when it is disposed of before. */
export class DigestDraft implements AsyncDisposable {
  readonly #handle: FileHandle;
  readonly #draft: string;
  readonly #path: string;
  readonly #pages: DigestPages;
  #page: PointDigest[] = [];
  #number = 0;
  #isUsable = true;
  #isKept = false;

  constructor(parts: {
    readonly handle: FileHandle;
    readonly draft: string;
    readonly path: string;
    readonly pages: DigestPages;
  }) {
    this.#handle = parts.handle;
    this.#draft = parts.draft;
    this.#path = parts.path;
    this.#pages = parts.pages;
  }

  /** In the order of their names. */
  async add(digest: PointDigest): Promise<void> {
    this.#page.push(digest);
    if (this.#page.length === DIGESTS_A_PAGE) await this.#flush();
  }

  /** The file is there from now on, in place of the one before; where that cannot be, the old one stays. */
  async keep(): Promise<void> {
    await this.#flush();
    await this.#attempt(async () => {
      await this.#handle.close();
    });
    await this.#attempt(async () => {
      await rename(this.#draft, this.#path);
      this.#isKept = true;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isKept) return;
    await unlessItFails(async () => {
      await this.#handle.close();
    });
    await unlessItFails(async () => {
      await rm(this.#draft, { force: true });
    });
  }

  async #flush(): Promise<void> {
    const page = this.#page;
    this.#page = [];
    const number = this.#number++;
    const parts = this.#pages.seal(page, number);
    await this.#attempt(async () => {
      await this.#handle.writeFile(Buffer.concat(number === 0 ? [this.#pages.head, ...parts] : parts));
    });
  }

  /** After the first thing that does not work, nothing is tried any more. */
  async #attempt(work: () => Promise<void>): Promise<void> {
    if (!this.#isUsable) return;
    this.#isUsable = false;
    await unlessItFails(async () => {
      await work();
      this.#isUsable = true;
    });
  }
}
