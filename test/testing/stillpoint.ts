import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PROGRAM = join(import.meta.dirname, "../../bin/stillpoint");

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

  /** Runs the program with `--json`; `under` is put before it, such as GNU time or a limit. */
  run(
    args: readonly string[],
    options: { readonly under?: readonly string[]; readonly environment?: Record<string, string> } = {},
  ): Said {
    const [command, ...rest] = [...(options.under ?? []), PROGRAM, ...args, "--json"];
    const done = spawnSync(command, rest, {
      encoding: "utf8",
      maxBuffer: 1 << 28,
      timeout: 240_000,
      env: { ...process.env, STILLPOINT_STATE_DIR: this.path("state"), LC_ALL: "C", ...options.environment },
    });
    const lines = documents(done.stdout);
    return {
      code: done.status,
      lines,
      summary: lines.findLast((line) => line["type"] === "summary") ?? {},
      errors: documents(done.stderr).filter((line) => line["type"] === "error"),
      text: done.stdout + done.stderr,
    };
  }

  /** The same for people: no `--json`. */
  talk(args: readonly string[]): {
    readonly code: number | null;
    readonly out: string;
    readonly error: string;
  } {
    const done = spawnSync(PROGRAM, args, {
      encoding: "utf8",
      timeout: 240_000,
      env: { ...process.env, STILLPOINT_STATE_DIR: this.path("state"), LC_ALL: "C" },
    });
    return { code: done.status, out: done.stdout, error: done.stderr };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function documents(text: string): Record<string, unknown>[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
