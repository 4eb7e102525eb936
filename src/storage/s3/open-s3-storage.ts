import { type Entropy, systemEntropy } from "../../base/index.ts";
import { StorageMissingError, StorageObjectMissingError } from "../errors.ts";
import type { StorageCallOptions } from "../storage.ts";
import { keepsCondition, readCapabilities, type S3Capabilities } from "./s3-capabilities.ts";
import { connectS3, type S3Connection } from "./s3-connection.ts";
import { type S3Credentials, type S3Place, s3Location } from "./s3-place.ts";
import { S3Storage } from "./s3-storage.ts";

export interface S3StorageOptions extends StorageCallOptions {
  readonly credentials?: S3Credentials | undefined;
  /** Finds out by writing what the store can do; else each put looks for its name before. */
  readonly probe?: true | undefined;
  /** Names the probe. */
  readonly entropy?: Entropy | undefined;
}

/** A store with what was found out about its bucket. */
export interface OpenedS3 {
  readonly storage: S3Storage;
  readonly capabilities: S3Capabilities;
}

/**
 * A prefix of a bucket as a store. The bucket is never made: whoever makes it decides about versions, locks and who may
 * see it. @throws {StorageMissingError} @throws {StorageDeniedError} @throws {StorageUnreachableError}
 */
export async function openS3Storage(place: S3Place, options: S3StorageOptions = {}): Promise<OpenedS3> {
  using opening = new DisposableStack();
  const connection = opening.use(await connectS3(place, options.credentials));
  const location = s3Location(place);
  await requireBucket(connection, location, options);
  const keyPrefix = place.prefix === "" ? "" : `${place.prefix}/`;
  const known = await readCapabilities(connection, options.signal);
  const entropy = options.entropy ?? systemEntropy;
  const capabilities = options.probe
    ? {
        ...known,
        conditionalCreate: await keepsCondition(connection, { keyPrefix, entropy, signal: options.signal }),
      }
    : known;
  opening.move();
  return { storage: new S3Storage({ connection, location, keyPrefix, capabilities }), capabilities };
}

async function requireBucket(
  connection: S3Connection,
  location: string,
  { signal }: StorageCallOptions,
): Promise<void> {
  const command = new connection.sdk.HeadBucketCommand({ Bucket: connection.bucket });
  try {
    await connection.call(
      { verb: "open the store", name: location, signal },
      async (client, call) => await client.send(command, call),
    );
  } catch (error) {
    if (!(error instanceof StorageObjectMissingError)) throw error; // the answer to a HEAD has no code of its own
    throw new StorageMissingError(
      `Cannot open the store "${location}": it has no bucket "${connection.bucket}"`,
      { cause: error.cause },
    );
  }
}
