import { type Entropy, hexFromBytes } from "../../base/index.ts";
import { type ProbeScratch, SCRATCH_NAME } from "../probe/probe-scratch.ts";
import type { Storage } from "../storage.ts";
import { openSftpStorage } from "./open-sftp-storage.ts";
import { removeSftpFolder } from "./remove-sftp-folder.ts";
import { type SftpCredentials, type SftpPlace, sftpLocation } from "./sftp-place.ts";
import { openSftpSession } from "./sftp-session.ts";

export interface SftpScratchOptions {
  readonly credentials: SftpCredentials;
  readonly entropy: Entropy;
  /** Put around each connection, as around a vault's. */
  readonly wrap: (storage: Storage) => Storage;
}

/** A folder for a probe inside of one that is there. */
export async function openSftpScratch(place: SftpPlace, options: SftpScratchOptions): Promise<ProbeScratch> {
  const { credentials, entropy, wrap } = options;
  const path = `${place.path}/${SCRATCH_NAME}${hexFromBytes(entropy.bytes(8))}`;
  await using opening = new AsyncDisposableStack();
  const session = opening.use(await openSftpSession(place, credentials));
  const remove = async (): Promise<number> => await removeSftpFolder(session.files, path);
  const open = async (): Promise<Storage> =>
    wrap(await openSftpStorage({ ...place, path }, { credentials, entropy, create: true }));
  const one = opening.use(await open());
  opening.defer(async () => void (await remove()));
  const other = opening.use(await open());
  const resources = opening.move();
  return {
    location: sftpLocation(place),
    one,
    other,
    remove,
    facts: async () => await Promise.resolve({}),
    [Symbol.asyncDispose]: async () => await resources.disposeAsync(),
  };
}
