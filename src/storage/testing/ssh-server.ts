import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

/** The programs that it needs. */
export const SSH_PROGRAMS = ["/usr/sbin/sshd", "ssh-keygen"] as const;

/** OpenSSH's server on a loopback port, for the user who runs the tests, with keys of its own. */
export class SshServer implements AsyncDisposable {
  readonly folder: string;
  readonly user: string = userInfo().username;
  /** What `ssh-keygen -l` says of the host key. */
  readonly hostKey: string;
  readonly #child: ChildProcess;
  /** The line to it, which can be cut. */
  readonly #line: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;
  #connections = 0;

  private constructor(folder: string, child: ChildProcess, sshdPort: number) {
    this.folder = folder;
    this.#child = child;
    const listed = spawnSync("ssh-keygen", ["-l", "-f", join(folder, "host.pub")], { encoding: "utf8" });
    this.hostKey = listed.stdout.split(" ")[1] ?? "";
    this.#line = createServer((from) => {
      this.#connections++;
      const to = connect(sshdPort, "127.0.0.1");
      for (const [one, other] of [
        [from, to],
        [to, from],
      ] as const) {
        this.#sockets.add(one);
        one.setNoDelay(true); // else each request waits 40 ms for an acknowledgement
        one.on("error", () => other.destroy());
        one.on("close", () => {
          this.#sockets.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
      if (this.#isCut) from.destroy();
    });
  }

  /** With `readOnly` it refuses every change. */
  static async start(options: { readonly readOnly?: true } = {}): Promise<SshServer> {
    const folder = mkdtempSync(join(tmpdir(), "stillpoint-ssh-"));
    for (const name of ["host", "user"]) {
      spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", join(folder, name)]);
    }
    mkdirSync(join(folder, "store"));
    if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true }); // where root's server wants to change to
    const port = await freePort();
    const config = join(folder, "sshd_config");
    const lines = [
      `ListenAddress 127.0.0.1:${port}`,
      `HostKey ${join(folder, "host")}`,
      `AuthorizedKeysFile ${join(folder, "user.pub")}`,
      "PidFile none",
      "StrictModes no",
      "UsePAM no",
      "PasswordAuthentication no",
      "KbdInteractiveAuthentication no",
      "PermitRootLogin prohibit-password",
      `Subsystem sftp internal-sftp${options.readOnly ? " -R" : ""}`,
    ];
    writeFileSync(config, `${lines.join("\n")}\n`);
    const args = ["-D", "-f", config, "-E", join(folder, "log")];
    const child = spawn("/usr/sbin/sshd", args, { stdio: "ignore" });
    await listens(port, join(folder, "log"));
    const server = new SshServer(folder, child, port);
    await once(server.#line.listen(0, "127.0.0.1"), "listening");
    return server;
  }

  get port(): number {
    return (this.#line.address() as { readonly port: number }).port;
  }

  get privateKey(): string {
    return readFileSync(join(this.folder, "user"), "utf8");
  }

  /** How many were made so far. */
  get connections(): number {
    return this.#connections;
  }

  /** Every connection stays, and nothing comes through it any more; new ones work. */
  stallLine(): void {
    for (const socket of this.#sockets) socket.unpipe().pause();
  }

  /** Cuts every connection; until it is mended no new one lasts. */
  cutLine(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mendLine(): void {
    this.#isCut = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cutLine();
    await once(this.#line.close(), "close");
    if (this.#child.exitCode === null) {
      const gone = once(this.#child, "exit");
      this.#child.kill("SIGTERM");
      await gone;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function listens(port: number, log: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const socket = connect(port, "127.0.0.1");
    try {
      await once(socket, "connect");
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    } finally {
      socket.destroy();
    }
  }
  throw new Error(`sshd does not listen: ${readFileSync(log, "utf8")}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as { readonly port: number };
  await once(server.close(), "close");
  return port;
}
