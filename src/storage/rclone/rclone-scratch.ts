import { type Clock, type Entropy, hexFromBytes } from "../../base/index.ts";
import { StorageError, StorageObjectMissingError } from "../errors.ts";
import { type ProbeScratch, SCRATCH_NAME } from "../probe/probe-scratch.ts";
import type { Storage } from "../storage.ts";
import { openRcloneStorage } from "./open-rclone-storage.ts";
import { type RcloneLaunch, type RclonePlace, rcloneLocation } from "./rclone-place.ts";
import { RcloneRemote } from "./rclone-remote.ts";

export interface RcloneScratchOptions {
  readonly launch: RcloneLaunch;
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** Put around each connection, as around a vault's. */
  readonly wrap: (storage: Storage) => Storage;
}

/** A folder for a probe inside of one that is there. @throws {StorageMissingError} */
export async function openRcloneScratch(
  place: RclonePlace,
  options: RcloneScratchOptions,
): Promise<ProbeScratch> {
  const { launch, clock, entropy, wrap } = options;
  const name = `${SCRATCH_NAME}${hexFromBytes(entropy.bytes(8))}`;
  const path =
    place.path === "" || place.path.endsWith("/") ? `${place.path}${name}` : `${place.path}/${name}`;
  await using opening = new AsyncDisposableStack();
  const remote = opening.use(new RcloneRemote(place, { launch, clock, entropy }));
  const location = rcloneLocation(place);
  await remote.entries({ verb: "open the store", name: location, absence: "place" }, ""); // a mistyped path is not made
  const remove = async (): Promise<number> => await removeFolder(remote, name);
  const open = async (): Promise<Storage> =>
    wrap(await openRcloneStorage({ ...place, path }, { launch, clock, entropy, create: true }));
  const one = opening.use(await open());
  opening.defer(async () => void (await remove()));
  const other = opening.use(await open());
  const resources = opening.move();
  return {
    location,
    one,
    other,
    remove,
    facts: async () => await Promise.resolve({}),
    [Symbol.asyncDispose]: async () => await resources.disposeAsync(),
  };
}

/** Gives how many files the remote does not let go. */
async function removeFolder(remote: RcloneRemote, folder: string): Promise<number> {
  const action = { verb: "remove", name: folder };
  try {
    await remote.command(action, "operations/purge", { fs: remote.root, remote: folder });
    return 0;
  } catch (error) {
    if (error instanceof StorageObjectMissingError) return 0;
    if (!(error instanceof StorageError)) throw error;
  }
  return await filesBelow(remote, folder);
}

async function filesBelow(remote: RcloneRemote, folder: string): Promise<number> {
  let files = 0;
  for (const { name, isFolder } of await remote.entries({ verb: "list", name: folder }, folder)) {
    files += isFolder ? await filesBelow(remote, `${folder}/${name}`) : 1;
  }
  return files;
}
