import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

const PYTHON = "/usr/bin/python3"; // Debian's own: only it sees Debian's modules
const SCRIPT = join(import.meta.dirname, "gss-peer.py");

/** Test options: skipped when Debian's python3-gssapi or gss-ntlmssp is missing. */
export function needsGssNtlm(): { readonly skip: string | false } {
  const probe = "import gssapi; gssapi.Credentials";
  const found =
    existsSync(PYTHON) &&
    existsSync("/etc/gss/mech.d/mech.ntlmssp.conf") &&
    spawnSync(PYTHON, ["-c", probe]).status === 0;
  if (found) return { skip: false };
  if (process.env["STILLPOINT_ORACLES"] === "all")
    throw new Error("python3-gssapi and gss-ntlmssp must be here");
  return { skip: "needs python3-gssapi and gss-ntlmssp" };
}

interface Answer {
  readonly token?: string;
  readonly complete?: boolean;
  readonly bytes?: string;
  readonly error?: string;
}

/** NTLM by a program that we did not write, as one side of a handshake. */
export class GssPeer implements AsyncDisposable {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  /** `userFile` holds `DOMAIN:user:password` lines. */
  constructor(role: "initiate" | "accept", userFile: string) {
    this.#child = spawn(PYTHON, [SCRIPT, role], {
      env: { ...process.env, NTLM_USER_FILE: userFile, LC_ALL: "C.UTF-8" },
    });
    this.#child.stderr.pipe(process.stderr);
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Its next token. @throws when it refuses */
  async step(token: Uint8Array): Promise<{ readonly token: Uint8Array; readonly complete: boolean }> {
    const answer = await this.#ask({ token: Buffer.from(token).toString("base64") });
    return { token: Buffer.from(answer.token ?? "", "base64"), complete: answer.complete === true };
  }

  /** Signature and sealed bytes, as they travel. */
  async wrap(bytes: Uint8Array): Promise<Uint8Array> {
    const answer = await this.#ask({ wrap: Buffer.from(bytes).toString("base64") });
    return Buffer.from(answer.bytes ?? "", "base64");
  }

  async unwrap(bytes: Uint8Array): Promise<Uint8Array> {
    const answer = await this.#ask({ unwrap: Buffer.from(bytes).toString("base64") });
    return Buffer.from(answer.bytes ?? "", "base64");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = Promise.withResolvers<void>();
    this.#child.once("close", () => ended.resolve());
    this.#child.stdin.end();
    await ended.promise;
  }

  async #ask(request: Readonly<Record<string, string>>): Promise<Answer> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    const next = await this.#lines.next();
    if (next.done === true) throw new Error("the GSS peer ended");
    const answer = JSON.parse(next.value) as Answer;
    if (answer.error !== undefined) throw new Error(`GSS: ${answer.error}`);
    return answer;
  }
}
