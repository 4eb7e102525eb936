import { type Entropy, hexFromBytes } from "../../base/index.ts";
import { type ProbeScratch, SCRATCH_NAME } from "../probe/probe-scratch.ts";
import type { Storage } from "../storage.ts";
import { holdsLock } from "./holds-lock.ts";
import { openS3Storage } from "./open-s3-storage.ts";
import { removeVersions } from "./remove-versions.ts";
import { connectS3 } from "./s3-connection.ts";
import { type S3Credentials, type S3Place, s3Location } from "./s3-place.ts";

export interface S3ScratchOptions {
  readonly credentials?: S3Credentials | undefined;
  readonly entropy: Entropy;
  /** Put around each connection, as around a vault's. */
  readonly wrap: (storage: Storage) => Storage;
  /** What a lock that is tried is counted from. */
  readonly now: () => Temporal.Instant;
  readonly signal?: AbortSignal | undefined;
}

/** A prefix for a probe below a place's own. */
export async function openS3Scratch(place: S3Place, options: S3ScratchOptions): Promise<ProbeScratch> {
  const { credentials, entropy, wrap, signal } = options;
  const name = `${SCRATCH_NAME}${hexFromBytes(entropy.bytes(8))}`;
  const prefix = place.prefix === "" ? name : `${place.prefix}/${name}`;
  await using opening = new AsyncDisposableStack();
  const connection = opening.use(await connectS3(place, credentials));
  const remove = async (): Promise<number> => await removeVersions(connection, `${prefix}/`);
  const open = async (): Promise<Awaited<ReturnType<typeof openS3Storage>>> =>
    await openS3Storage({ ...place, prefix }, { credentials, entropy, signal, probe: true });
  const first = await open();
  const one = opening.use(wrap(first.storage));
  opening.defer(async () => void (await remove()));
  const other = opening.use(wrap((await open()).storage));
  const { versioning, objectLock, defaultLock } = first.capabilities;
  const resources = opening.move();
  return {
    location: s3Location(place),
    one,
    other,
    remove,
    async facts(signal) {
      const holds = objectLock
        ? await holdsLock(connection, { key: `${prefix}/locked`, now: options.now(), signal })
        : undefined;
      return { versioning, objectLock: { possible: objectLock, byDefault: defaultLock, holds } };
    },
    [Symbol.asyncDispose]: async () => await resources.disposeAsync(),
  };
}
