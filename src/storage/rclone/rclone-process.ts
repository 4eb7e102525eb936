import { type ChildProcess, spawn } from "node:child_process";
import { type ClientHttp2Session, connect } from "node:http2";
import { Duplex, type Readable, type Writable } from "node:stream";
import { type Clock, type Entropy, hexFromBytes, Secret } from "../../base/index.ts";
import { StorageUnreachableError } from "../errors.ts";
import { askObjects } from "./ask-objects.ts";
import { hideSecrets } from "./hide-secrets.ts";
import { RcloneFailedError, RcloneMissingError } from "./rclone-errors.ts";
import type { RcloneLaunch } from "./rclone-place.ts";

/** Of what it says on standard error, the end is kept. */
const COMPLAINT_CHARACTERS = 8_000;
const READY_MS = 60_000;
const PARTING_MS = 5_000;
/** What may be on its way before the reader has taken any of it: the usual 64 KiB make large reads slow. */
const WINDOW_BYTES = 16 * 1024 * 1024;
/** Node refuses further requests beyond 10 MB, which is less than one pack; how much is on its way is the callers' to bound. */
const SESSION_MEGABYTES = 1024;
/** Settings of the user's that would hide what it says, or take from it what a vault needs. */
const NOT_HANDED_ON =
  /^RCLONE_(LOG_FILE|LOG_LEVEL|LOG_FORMAT|USE_JSON_LOG|SYSLOG|QUIET|VERBOSE|DRY_RUN|INTERACTIVE|APPEND_ONLY|RC(_.*)?)$/i;

export interface RcloneProcessOptions {
  readonly launch: RcloneLaunch;
  /** `REMOTE:PATH`. */
  readonly root: string;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** Where its second door is: for what the first has no words for. */
export interface RcloneControl {
  readonly url: string;
  readonly user: string;
  readonly password: Secret;
}

/**
 * A running `rclone serve restic --stdio`: objects go through its standard input and output by HTTP/2, and end with
 * them, so that it never outlives this program. Lists and renames go through its remote control, on a loopback port with
 * a password of this process alone.
 */
export class RcloneProcess implements AsyncDisposable {
  readonly objects: ClientHttp2Session;
  readonly control: RcloneControl;
  readonly #running: Running;

  private constructor(running: Running, objects: ClientHttp2Session, control: RcloneControl) {
    this.#running = running;
    this.objects = objects;
    this.control = control;
  }

  /** @throws {RcloneMissingError} @throws {RcloneFailedError} @throws {StorageUnreachableError} */
  static async start(options: RcloneProcessOptions): Promise<RcloneProcess> {
    const password = new Secret(hexFromBytes(options.entropy.bytes(32)));
    const user = "stillpoint";
    const running = new Running(options, { user, password });
    try {
      const url = await running.until(running.served);
      const objects = running.session();
      const process = new RcloneProcess(running, objects, { url, user, password });
      // it tells the address before it knows whether it can serve: with an answer it does
      await running.until(askObjects({ objects, over: running.over }, { method: "HEAD", path: "config" }));
      return process;
    } catch (error) {
      await running.end();
      throw error;
    }
  }

  /** Aborted when nothing is answered any more. */
  get over(): AbortSignal {
    return this.#running.over;
  }

  get isOver(): boolean {
    return this.over.aborted || this.objects.closed || this.objects.destroyed;
  }

  /** Its last words, of those that name the text where there are such. */
  complaint(about: string): string | undefined {
    return this.#running.complaint(about);
  }

  /** Words of its own, as they may be shown. */
  quote(said: string): string {
    return this.#running.quote(said);
  }

  /** For after a call that got no answer: a process that does not answer on the line either is ended, and is over. */
  async endIfHung(): Promise<void> {
    if (!this.isOver && !(await this.#running.hears(this.objects))) await this.#running.end("SIGKILL");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running.end();
  }
}

/** The child and what is heard of it. */
class Running {
  readonly #child: ChildProcess;
  readonly #options: RcloneProcessOptions;
  readonly #gone = Promise.withResolvers<void>();
  readonly #served = Promise.withResolvers<string>();
  readonly #failed = Promise.withResolvers<never>();
  #said = "";
  readonly #over = new AbortController();

  constructor(options: RcloneProcessOptions, door: { readonly user: string; readonly password: Secret }) {
    this.#options = options;
    const { program, environment } = options.launch;
    const handedOn = Object.entries(environment).filter(([name]) => !NOT_HANDED_ON.test(name));
    const flags = ["--stdio", "--cache-objects=false", "--rc", "--rc-addr", "127.0.0.1:0"];
    flags.push("--ask-password=false"); // it would take what we send for the answer
    this.#child = spawn(program, ["serve", "restic", ...flags, options.root], {
      env: {
        ...Object.fromEntries(handedOn),
        RCLONE_RC_USER: door.user, // in the environment, for arguments can be read by everybody
        RCLONE_RC_PASS: door.password.reveal(),
      },
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
    });
    this.#listen(program);
  }

  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** The address of its remote control, which it tells when it starts to serve. */
  get served(): Promise<string> {
    return this.#served.promise;
  }

  /** Waits for a part of its start, for its end, or for too long. */
  async until<T>(part: Promise<T>): Promise<T> {
    const { clock, root } = this.#options;
    const done = new AbortController();
    const late = clock.sleep(READY_MS, { signal: done.signal }).then(
      () => this.#failed.reject(tooLate(root)),
      () => undefined,
    );
    part.catch(() => undefined); // its end says more than the line that broke with it
    try {
      return await Promise.race([
        part.catch(async (error) => await this.#endOr(error)),
        this.#failed.promise,
      ]);
    } finally {
      done.abort();
      await late;
    }
  }

  session(): ClientHttp2Session {
    const { stdin, stdout } = this.#child;
    if (stdin === null || stdout === null) throw new TypeError("rclone has no pipes");
    const session = connect("http://rclone", {
      createConnection: () => duplexOf(stdout, stdin),
      maxSessionMemory: SESSION_MEGABYTES,
      settings: { initialWindowSize: WINDOW_BYTES, enablePush: false },
    });
    session.on("error", () => undefined); // whoever waits for an answer is told
    session.once("connect", () => session.setLocalWindowSize(2 * WINDOW_BYTES));
    return session;
  }

  quote(said: string): string {
    return hideSecrets(said, this.#options.launch.environment);
  }

  complaint(about: string): string | undefined {
    const lines = this.#said
      .trim()
      .split("\n")
      .filter((line) => line !== "");
    const line = lines.findLast((line) => line.includes(about)) ?? lines.at(-1);
    return line && this.quote(line.replace(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d /, "").trim());
  }

  /** Whether it answers what its server answers at once whatever it is busy with. */
  async hears(session: ClientHttp2Session): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const done = new AbortController();
    const late = this.#options.clock.sleep(PARTING_MS, { signal: done.signal }).then(
      () => resolve(false),
      () => undefined,
    );
    const over = (): void => resolve(false);
    this.over.addEventListener("abort", over, { once: true });
    session.ping((error) => resolve(error === null));
    const isHeard = await promise;
    this.over.removeEventListener("abort", over);
    done.abort();
    await late;
    return isHeard;
  }

  /** It ends with its input; else it is ended, by the handle that started it. */
  async end(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    this.#child.stdin?.destroy();
    this.#child.kill(signal);
    const done = new AbortController();
    const late = this.#options.clock.sleep(PARTING_MS, { signal: done.signal }).then(
      () => void this.#child.kill("SIGKILL"),
      () => undefined,
    );
    await this.#gone.promise;
    done.abort();
    await late;
  }

  #listen(program: string): void {
    const { root } = this.#options;
    const child = this.#child;
    this.#failed.promise.catch(() => undefined); // who waits for it is told; nobody may any more
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.on("error", () => undefined);
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#said = (this.#said + text).slice(-COMPLAINT_CHARACTERS);
      const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(this.#said)?.[0];
      if (url !== undefined) this.#served.resolve(url);
    });
    child.once("error", (cause) => {
      this.#over.abort();
      this.#failed.reject(
        new RcloneMissingError(`Cannot open "${root}" by rclone: "${program}" cannot be started`, { cause }),
      );
      this.#gone.resolve();
    });
    child.once("close", (exitCode, killedBy) => {
      const how = exitCode === null ? `was ended by ${killedBy}` : `ended with code ${exitCode}`;
      this.#failed.reject(
        new RcloneFailedError(
          `Cannot open "${root}" by rclone: it ${how} and said "${this.complaint("") ?? ""}"`,
        ),
      );
      this.#over.abort();
      this.#gone.resolve();
    });
  }

  /** A line breaks with the process: then its end is the reason, and is waited for. */
  async #endOr(error: unknown): Promise<never> {
    this.#child.stdin?.destroy();
    await this.#gone.promise;
    await this.#failed.promise;
    throw error;
  }
}

function tooLate(root: string): StorageUnreachableError {
  return new StorageUnreachableError(
    `Cannot open "${root}" by rclone: it does not serve within ${READY_MS / 1000} s`,
  );
}

/**
 * Both pipes as one. It never ends or fails by itself: a session of Node's over such a stream must not be torn down while
 * it writes (an assertion of Node's would end the whole program), so it is left alone, and whoever waits is told by `over`.
 */
function duplexOf(readable: Readable, writable: Writable): Duplex {
  const duplex = new Duplex({
    read: () => void readable.resume(),
    write: (bytes: Uint8Array, _, done) => void writable.write(bytes, () => done()),
    final: (done) => done(),
  });
  readable.on("data", (bytes: Uint8Array) => {
    if (!duplex.push(bytes)) readable.pause();
  });
  return duplex;
}
