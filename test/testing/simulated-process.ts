import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { PROGRAM, type Workplace } from "./stillpoint.ts";

export const HOST_USER = "admin";
export const HOST_PASSWORD = "Passw0rd!";

/** `stillpoint simulate` as a process of its own, ended by its own id. */
export class SimulatedProcess implements AsyncDisposable {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #lines: Record<string, unknown>[];
  readonly #errors: Promise<string>;

  private constructor(
    child: ChildProcess,
    said: { readonly lines: Record<string, unknown>[]; readonly errors: Promise<string> },
  ) {
    this.#child = child;
    this.#lines = said.lines;
    this.#errors = said.errors;
    this.port = Number(said.lines[0]?.["port"]);
  }

  /** Serves the simulated host in `host` of the workplace, on a port that is free. */
  static async start(place: Workplace, more: readonly string[] = []): Promise<SimulatedProcess> {
    const passwordFile = place.path("host-password");
    writeFileSync(passwordFile, `${HOST_PASSWORD}\n`);
    const account = ["--user", HOST_USER, "--password-file", passwordFile];
    const args = ["simulate", "--state", place.path("host"), "--listen", "127.0.0.1:0", ...account, ...more];
    const child = spawn(PROGRAM, [...args, "--json"], { stdio: ["ignore", "pipe", "pipe"] });
    const errors = text(child.stderr);
    const lines: Record<string, unknown>[] = [];
    const listening = Promise.withResolvers<void>();
    createInterface({ input: child.stdout }).on("line", (line) => {
      lines.push(JSON.parse(line) as Record<string, unknown>);
      listening.resolve();
    });
    child.once("close", () => listening.resolve());
    await listening.promise;
    if (lines[0]?.["type"] !== "listening") throw new Error(`It does not listen: ${await errors}`);
    return new SimulatedProcess(child, { lines, errors });
  }

  /** Tells it to end, and gives its exit code and its summary. */
  async end(signal: "SIGTERM" | "SIGINT" = "SIGTERM"): Promise<{
    readonly code: number | null;
    readonly summary: Record<string, unknown>;
    readonly errors: string;
  }> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const closed = once(this.#child, "close");
      this.#child.kill(signal);
      await closed;
    }
    return {
      code: this.#child.exitCode,
      summary: this.#lines.at(-1) ?? {},
      errors: await this.#errors,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}
