import type { SFTPWrapper, Stats } from "ssh2";
import { type Clock, type Entropy, hexFromBytes, systemClock, systemEntropy } from "../../base/index.ts";
import { StorageMissingError } from "../errors.ts";
import { SFTP_STATUS, sftpStatus, storageErrorFromSftp } from "./sftp-errors.ts";
import { type SftpCredentials, type SftpPlace, sftpLocation } from "./sftp-place.ts";
import { answerOf, openSftpSession } from "./sftp-session.ts";
import { SftpStorage } from "./sftp-storage.ts";
import { presentOnly } from "./walk-sftp.ts";

export interface SftpStorageOptions {
  readonly credentials: SftpCredentials;
  /** Makes the folder (the one above it must be there), and finds out what the server's rename does. */
  readonly create?: true | undefined;
  readonly clock?: Clock | undefined;
  readonly entropy?: Entropy | undefined;
}

/**
 * A folder of a server that speaks SFTP as a store. @throws {StorageMissingError} @throws {StorageUntrustedError}
 * @throws {StorageDeniedError} @throws {StorageUnreachableError}
 */
export async function openSftpStorage(place: SftpPlace, options: SftpStorageOptions): Promise<SftpStorage> {
  const { clock = systemClock, entropy = systemEntropy } = options;
  const reconnect = async (): ReturnType<typeof openSftpSession> =>
    await openSftpSession(place, options.credentials);
  using opening = new DisposableStack();
  const session = opening.use(await reconnect());
  const location = sftpLocation(place);
  try {
    const { files } = session;
    if (options.create) await makeFolder(files, place.path);
    const root = await answerOf<Stats>((done) => files.stat(place.path, done));
    if (!root.isDirectory()) {
      throw new StorageMissingError(`Cannot open the store "${location}": it is a file`);
    }
    const renameKeeps = options.create ? await keepsNames(files, place.path, entropy) : false;
    opening.move();
    return new SftpStorage({ location, root: place.path, clock, entropy, session, reconnect, renameKeeps });
  } catch (error) {
    throw storageErrorFromSftp(error, { verb: "open the store", name: location, absence: "place" });
  }
}

async function makeFolder(files: SFTPWrapper, path: string): Promise<void> {
  if (
    (await presentOnly(async () => await answerOf<Stats>((done) => files.stat(path, done)))) !== undefined
  ) {
    return;
  }
  await answerOf<void>((done) => files.mkdir(path, done));
}

/** Whether a rename fails where the name is taken. Writes two empty files beside the vault's and removes them. */
async function keepsNames(files: SFTPWrapper, root: string, entropy: Entropy): Promise<boolean> {
  const [from, to] = [1, 2].map(() => `${root}/.probe-${hexFromBytes(entropy.bytes(16))}`) as [
    string,
    string,
  ];
  await using cleanup = new AsyncDisposableStack();
  for (const path of [from, to]) {
    const handle = await answerOf<Buffer>((done) => files.open(path, "wx", done));
    cleanup.defer(async () => {
      await presentOnly(async () => await answerOf<void>((done) => files.unlink(path, done)));
    });
    await answerOf<void>((done) => files.close(handle, done));
  }
  try {
    await answerOf<void>((done) => files.rename(from, to, done));
    return false;
  } catch (error) {
    if (sftpStatus(error) === SFTP_STATUS.failure) return true;
    throw error;
  }
}
