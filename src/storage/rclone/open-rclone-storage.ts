import { type Clock, type Entropy, systemClock, systemEntropy } from "../../base/index.ts";
import type { StorageCallOptions } from "../storage.ts";
import { type RcloneLaunch, type RclonePlace, rcloneLocation } from "./rclone-place.ts";
import { RcloneRemote } from "./rclone-remote.ts";
import { type RclonePuts, RcloneStorage } from "./rclone-storage.ts";

export interface RcloneStorageOptions extends StorageCallOptions {
  readonly launch: RcloneLaunch;
  /** Makes the folder, and those above it. */
  readonly create?: true | undefined;
  readonly clock?: Clock | undefined;
  readonly entropy?: Entropy | undefined;
}

/**
 * A place behind rclone as a store. @throws {RcloneMissingError} @throws {RcloneFailedError}
 * @throws {StorageMissingError} @throws {StorageUnreachableError}
 */
export async function openRcloneStorage(
  place: RclonePlace,
  options: RcloneStorageOptions,
): Promise<RcloneStorage> {
  const { launch, clock = systemClock, entropy = systemEntropy, signal } = options;
  await using opening = new AsyncDisposableStack();
  const remote = opening.use(new RcloneRemote(place, { launch, clock, entropy }));
  const location = rcloneLocation(place);
  const action = { verb: "open the store", name: location, absence: "place", signal } as const;
  const fs = remote.root;
  if (options.create) await remote.command(action, "operations/mkdir", { fs, remote: "" });
  await remote.entries(action, "");
  const { Features } = await remote.command(action, "operations/fsinfo", { fs });
  opening.move();
  return new RcloneStorage({ remote, location, entropy, puts: putsOf(Features) });
}

function putsOf(features: unknown): RclonePuts {
  const known = (features ?? {}) as { BucketBased?: boolean; Move?: boolean; Copy?: boolean };
  if (known.BucketBased === true) return "at-once";
  return known.Move === true || known.Copy === true ? "by-move" : "in-place";
}
