import { hash } from "node:crypto";
import { type FileHandle, mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { StateFolderError } from "../errors.ts";
import { stateFolder } from "./state-folder.ts";

/** What was read for, and so what "checked" means. */
export type CheckKind = "verify" | "scrub";

/** A file is written anew when more of its lines are outdated than this and half of them. */
const MANY_LINES = 1000;
const LINE = /^([0-9a-f]{1,13}) ([a-z0-9./-]{1,200})$/;
const BEGAN = /^began ([0-9a-f]{1,13})$/;

/** Checks by object, in ms since 1970. */
interface Read {
  readonly checks: Map<string, number>;
  readonly began: number | undefined;
  readonly lines: number;
}

/**
 * Remembers in a file of the state folder, one for each place and kind, which objects of a vault were read whole, and when. It is
 * only a hint where to begin: without it everything counts as unchecked. Each line is in the file when `note` resolves; a torn last
 * one is ignored. Takes about 200 bytes a pack in memory.
 */
export class CheckedFile implements AsyncDisposable {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #checks: Map<string, number>;
  #began: number | undefined;

  private constructor(path: string, file: FileHandle, read: Read) {
    this.#path = path;
    this.#file = file;
    this.#checks = read.checks;
    this.#began = read.began;
  }

  /** @throws {StateFolderError} */
  static async open(
    kind: CheckKind,
    location: string,
    options: { readonly stateDir?: string | undefined },
  ): Promise<CheckedFile> {
    const folder = join(await stateFolder(options.stateDir), "checks");
    const path = join(folder, `${kind}-${hash("sha256", location).slice(0, 32)}`);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const read = parse(await textOf(path));
      if (read.lines > MANY_LINES && read.lines > 2 * read.checks.size) await rewrite(path, read);
      return new CheckedFile(path, await open(path, "a", 0o600), read);
    } catch (error) {
      throw new StateFolderError(`Cannot use "${path}": what was checked cannot be remembered`, {
        cause: error,
      });
    }
  }

  get passBegan(): number | undefined {
    return this.#began;
  }

  lastChecked(object: string): number | undefined {
    return this.#checks.get(object);
  }

  async note(object: string, milliseconds: number): Promise<void> {
    this.#checks.set(object, milliseconds);
    await this.#append(`${milliseconds.toString(16)} ${object}`);
  }

  async beginPass(milliseconds: number): Promise<void> {
    this.#began = milliseconds;
    await this.#append(`began ${milliseconds.toString(16)}`);
  }

  async endPass(): Promise<void> {
    this.#began = undefined;
    await this.#append("ended");
  }

  async #append(line: string): Promise<void> {
    try {
      await this.#file.appendFile(`${line}\n`);
    } catch (error) {
      throw new StateFolderError(`Cannot write to "${this.#path}": what was checked cannot be remembered`, {
        cause: error,
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}

function parse(text: string): Read {
  const checks = new Map<string, number>();
  let began: number | undefined;
  let lines = 0;
  for (const line of text.split("\n")) {
    lines++;
    const [, when, object] = LINE.exec(line) ?? [];
    if (when !== undefined && object !== undefined) checks.set(object, Number.parseInt(when, 16));
    const [, pass] = BEGAN.exec(line) ?? [];
    if (pass !== undefined) began = Number.parseInt(pass, 16);
    if (line === "ended") began = undefined;
  }
  return { checks, began, lines };
}

/** Killed at any moment, the old or the new file is there. */
async function rewrite(path: string, { checks, began }: Read): Promise<void> {
  const lines = [...checks].map(([object, when]) => `${when.toString(16)} ${object}`);
  if (began !== undefined) lines.push(`began ${began.toString(16)}`);
  await rm(`${path}.new`, { force: true });
  await writeFile(`${path}.new`, `${lines.join("\n")}\n`, { mode: 0o600, flush: true });
  await rename(`${path}.new`, path);
}
