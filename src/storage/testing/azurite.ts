import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Microsoft's emulator, where CI installs it. */
export const AZURITE: string = join(
  import.meta.dirname,
  "../../../tools/azurite/node_modules/.bin/azurite-blob",
);

const START_TIMEOUT_MS = 60_000;

/** Azurite on a loopback port, with everything in memory and an account of its own. */
export class Azurite implements AsyncDisposable {
  readonly account = "stillpoint";
  readonly key: string;
  /** Host and port. */
  readonly endpoint: string;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(started: {
    readonly child: ChildProcess;
    readonly folder: string;
    readonly key: string;
    readonly endpoint: string;
  }) {
    this.#child = started.child;
    this.#folder = started.folder;
    this.key = started.key;
    this.endpoint = started.endpoint;
  }

  static async start(): Promise<Azurite> {
    const folder = mkdtempSync(join(tmpdir(), "stillpoint-azurite-"));
    const key = createHash("sha512").update(randomBytes(32)).digest("base64");
    const port = await freePort();
    const flags = ["--inMemoryPersistence", "--disableTelemetry", "--silent", "--skipApiVersionCheck"];
    const where = ["--blobHost", "127.0.0.1", "--blobPort", `${port}`];
    const child = spawn(process.execPath, [AZURITE, ...flags, ...where], {
      cwd: folder,
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, AZURITE_ACCOUNTS: `stillpoint:${key}` },
    });
    const endpoint = `127.0.0.1:${port}`;
    const azurite = new Azurite({ child, folder, key, endpoint });
    try {
      await listens(port, child);
    } catch (error) {
      await azurite[Symbol.asyncDispose]();
      throw error;
    }
    return azurite;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const gone = once(this.#child, "exit");
      this.#child.kill("SIGKILL");
      await gone;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function listens(port: number, child: ChildProcess): Promise<void> {
  const giveUp = AbortSignal.timeout(START_TIMEOUT_MS);
  while (!giveUp.aborted && child.exitCode === null) {
    const socket = connect(port, "127.0.0.1");
    try {
      await once(socket, "connect");
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    } finally {
      socket.destroy();
    }
  }
  throw new Error("Azurite does not listen");
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as { readonly port: number };
  await once(server.close(), "close");
  return port;
}
