import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";

export const PROGRAM: string = join(import.meta.dirname, "../../bin/stillpoint");

export const PASSPHRASE = "correct horse battery staple";

/** What one call of the program said. */
export interface Said {
  readonly code: number | null;
  /** Standard output's documents. */
  readonly lines: readonly Record<string, unknown>[];
  /** The last document of type `summary`. */
  readonly summary: Record<string, unknown>;
  /** Standard error's documents of type `error`. */
  readonly errors: readonly Record<string, unknown>[];
  readonly text: string;
}

export interface RunOptions {
  readonly under?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly watch?: (line: Readonly<Record<string, unknown>>, child: ChildProcess) => void;
}

/** A folder of its own with state and passphrase, gone at the end of the test. */
export class Workplace implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "stillpoint-e2e-"));
  readonly passphraseFile = this.path("passphrase");

  constructor() {
    writeFileSync(this.passphraseFile, `${PASSPHRASE}\n`);
  }

  path(...parts: readonly string[]): string {
    return join(this.folder, ...parts);
  }

  /** The flags that name a vault of this workplace and its passphrase. */
  vault(name = "vault"): readonly string[] {
    return ["--vault", this.path(name), "--passphrase-file", this.passphraseFile];
  }

  /**
   * A new vault with the workplace's passphrase. The first of a test file is made by the program; the others are its copies,
   * for making one is the dearest command.
   */
  async newVault(name = "vault"): Promise<void> {
    stock ??= stockVault();
    cpSync((await stock).path("vault"), this.path(name), { recursive: true });
  }

  /**
   * Runs the program with `--json`; `under` is put before it, such as GNU time or a limit. Several can run at once. Each
   * document of standard output goes to `watch` when it comes, with the process.
   */
  async run(args: readonly string[], options: RunOptions = {}): Promise<Said> {
    const [command, ...rest] = [...(options.under ?? []), PROGRAM, ...args, "--json"];
    const child = spawn(command, rest, {
      cwd: options.cwd,
      timeout: 240_000,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, STILLPOINT_STATE_DIR: this.path("state"), LC_ALL: "C", ...options.environment },
    });
    const closed = once(child, "close");
    const outLines: string[] = [];
    const errorText = text(child.stderr);
    for await (const line of createInterface({ input: child.stdout })) {
      outLines.push(line);
      options.watch?.(JSON.parse(line) as Record<string, unknown>, child);
    }
    await closed;
    const lines = outLines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const error = await errorText;
    return {
      code: child.exitCode,
      lines,
      summary: lines.findLast((line) => line["type"] === "summary") ?? {},
      errors: documents(error).filter((line) => line["type"] === "error"),
      text: `${outLines.join("\n")}\n${error}`,
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

let stock: Promise<Workplace> | undefined;

async function stockVault(): Promise<Workplace> {
  const place = new Workplace();
  process.on("exit", () => place[Symbol.dispose]());
  const made = await place.run(["vault", "init", ...place.vault()]);
  if (made.code !== 0) throw new TypeError(`no vault to copy: ${made.text}`);
  return place;
}

function documents(text: string): Record<string, unknown>[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
