import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

const PYTHON = "/usr/bin/python3"; // Debian's own: only it sees Debian's modules
const SCRIPT = join(import.meta.dirname, "kerberos-host.py");

/** Test options: skipped when the key distribution centre of Debian, its clients or python3-gssapi are missing. */
export function needsKerberos(): { readonly skip: string | false } {
  const tools = ["krb5kdc", "kadmin.local", "kdb5_util", "kinit"];
  const path = `${process.env["PATH"]}:/usr/sbin:/sbin`;
  const missing = tools.filter(
    (tool) => spawnSync("sh", ["-c", 'command -v "$1"', "sh", tool], { env: { PATH: path } }).status !== 0,
  );
  const hasPeer =
    existsSync(PYTHON) && spawnSync(PYTHON, ["-c", "import gssapi; gssapi.Credentials"]).status === 0;
  if (!hasPeer) missing.push("python3-gssapi");
  if (missing.length === 0) return { skip: false };
  if (process.env["STILLPOINT_ORACLES"] === "all")
    throw new Error(`These must be here, and are not: ${missing.join(", ")}`);
  return { skip: `needs ${missing.join(", ")}` };
}

export interface KerberosHostOptions {
  /** Files in PEM; with them the host speaks HTTPS. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** What the host holds a ticket's channel binding against. */
  readonly binding?: Uint8Array;
  /** Who answers the opened envelopes, over HTTP; otherwise each is echoed. */
  readonly forward?: string;
  /** What is wrong with this host. */
  readonly answers?:
    | "flipped"
    | "repeated"
    | "signed"
    | "plain"
    | "unproven"
    | "refused"
    | "basic"
    | "trailer"
    | "deaf"
    | "unpadded";
}

export interface Handshake {
  readonly user: string;
  readonly mechanism: string;
  readonly bound: boolean;
}

/** A host that knows its realm's tickets, by a program and a library that we did not write ours from. */
export class KerberosHost implements AsyncDisposable {
  readonly port: number;
  readonly #child: ChildProcessByStdio<null, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  private constructor(
    port: number,
    child: ChildProcessByStdio<null, Readable, null>,
    lines: AsyncIterator<string>,
  ) {
    this.port = port;
    this.#child = child;
    this.#lines = lines;
  }

  static async open(
    environment: Readonly<Record<string, string>>,
    { binding, ...options }: KerberosHostOptions = {},
  ): Promise<KerberosHost> {
    const told = {
      ...options,
      ...(binding === undefined ? {} : { binding: Buffer.from(binding).toString("base64") }),
    };
    const child = spawn(PYTHON, [SCRIPT, JSON.stringify(told)], {
      env: { ...process.env, ...environment, LC_ALL: "C.UTF-8" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const first = await lines.next();
    if (first.done === true) throw new Error("the host with Kerberos did not start");
    return new KerberosHost(Number(first.value), child, lines);
  }

  /** The next handshake that it finished. */
  async handshake(): Promise<Handshake> {
    const next = await this.#lines.next();
    if (next.done === true) throw new Error("the host with Kerberos ended");
    return JSON.parse(next.value) as Handshake;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = Promise.withResolvers<void>();
    this.#child.once("close", () => ended.resolve());
    this.#child.kill();
    await ended.promise;
  }
}
