import { createHash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import type { Client, ConnectConfig, SFTPWrapper } from "ssh2";
import { type Clock } from "../../base/index.ts";
import { StorageUntrustedError } from "../errors.ts";
import { storageErrorFromSftp } from "./sftp-errors.ts";
import { type SftpCredentials, type SftpPlace, sftpLocation } from "./sftp-place.ts";

const READY_TIMEOUT_MS = 20_000;
const KEEPALIVE_MS = 15_000;
/** What a server may take to answer what is on its way when a call is aborted. */
const PARTING_MS = 5_000;

/** One connection with its channel for files. */
export class SftpSession implements Disposable {
  readonly files: SFTPWrapper;
  readonly #client: Client;
  #isOver = false;

  constructor(client: Client, files: SFTPWrapper) {
    this.#client = client;
    this.files = files;
    const over = (): void => {
      this.#isOver = true;
    };
    client.on("error", over); // whoever waits for an answer is told; here nobody must be surprised
    client.on("close", over);
    files.on("error", over);
    files.on("close", over);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /**
   * While it is held, an abort ends the connection of a server that does not answer soon: then whatever waits for an answer
   * fails. Keeping alive does not see such a server, for the one who answers that is not the one who serves files.
   */
  heed(signal: AbortSignal | undefined, clock: Clock): AsyncDisposable {
    const done = new AbortController();
    const watch = signal && this.#endBehind(signal, { clock, done: done.signal });
    return {
      async [Symbol.asyncDispose](): Promise<void> {
        done.abort();
        await watch;
      },
    };
  }

  async #endBehind(
    signal: AbortSignal,
    { clock, done }: { readonly clock: Clock; readonly done: AbortSignal },
  ): Promise<void> {
    const either = AbortSignal.any([signal, done]);
    if (!either.aborted) await once(either, "abort");
    const isSilent = await clock.sleep(PARTING_MS, { signal: done }).then(
      () => true,
      () => false,
    );
    if (!isSilent) return;
    this.#isOver = true;
    this.#client.destroy();
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#client.end();
  }
}

/** Waits for what a function of the library gives to its callback. */
export async function answerOf<T>(
  ask: (done: (error: Error | null | undefined, value?: T) => void) => void,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  ask((error, value) => {
    if (error) reject(error);
    else resolve(value as T);
  });
  return await promise;
}

/** @throws {StorageUntrustedError} @throws {StorageDeniedError} @throws {StorageUnreachableError} */
export async function openSftpSession(place: SftpPlace, credentials: SftpCredentials): Promise<SftpSession> {
  const { default: ssh2 } = await import("ssh2"); // loaded when the first vault of this kind is opened
  const client = new ssh2.Client();
  const location = sftpLocation(place);
  let shown: string | undefined;
  const isTrusted = (key: Buffer): boolean => {
    shown = `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
    const [wanted, seen] = [Buffer.from(place.hostKey), Buffer.from(shown)];
    return wanted.length === seen.length && timingSafeEqual(wanted, seen);
  };
  try {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    client
      .once("ready", resolve)
      .once("error", reject)
      .once("close", () => reject(new Error("closed")));
    client.connect({ ...connectionOf(place, credentials), hostVerifier: isTrusted });
    await promise;
    client.setNoDelay(true); // else each request waits 40 ms for an acknowledgement
    return new SftpSession(client, await answerOf<SFTPWrapper>((done) => client.sftp(done)));
  } catch (error) {
    client.on("error", () => undefined).end();
    if (shown !== undefined && shown !== place.hostKey) {
      throw new StorageUntrustedError(
        `Cannot open the store "${location}": its host key is ${shown}, wanted ${place.hostKey}`,
        { cause: error },
      );
    }
    throw storageErrorFromSftp(error, { verb: "open the store", name: location, absence: "place" });
  }
}

function connectionOf(place: SftpPlace, { privateKey, password }: SftpCredentials): ConnectConfig {
  return {
    host: place.host,
    port: place.port,
    username: place.user,
    readyTimeout: READY_TIMEOUT_MS,
    keepaliveInterval: KEEPALIVE_MS,
    keepaliveCountMax: 3,
    ...(privateKey && { privateKey: privateKey.reveal() }),
    ...(privateKey && password && { passphrase: password.reveal() }),
    ...(password && { password: password.reveal() }),
  };
}
