import type { Entropy } from "../../base/index.ts";
import { hexFromBytes } from "../../base/index.ts";
import { StorageDeniedError, StorageError, StorageObjectExistsError } from "../errors.ts";
import { checkedBody, type S3Connection } from "./s3-connection.ts";
import { s3Failure } from "./s3-errors.ts";

/** What a bucket can do, as far as it was found out. */
export interface S3Capabilities {
  /** Whether `If-None-Match: *` protects a name; undefined until it was tried. */
  readonly conditionalCreate: boolean | undefined;
  /** Undefined when this credential may not ask. */
  readonly versioning: "on" | "suspended" | "off" | undefined;
  /** Whether the bucket was made with object lock. */
  readonly objectLock: boolean;
  /** What locks each new object, where the bucket has such a rule. */
  readonly defaultLock: { readonly mode: string; readonly days: number } | undefined;
}

/** Asks what can be asked without writing anything. */
export async function readCapabilities(
  connection: S3Connection,
  signal?: AbortSignal,
): Promise<S3Capabilities> {
  const { sdk, bucket } = connection;
  const action = { verb: "look at the bucket", name: bucket, signal };
  const Bucket = bucket;
  const versioning = await unlessRefused(
    async () =>
      await connection.call(
        action,
        async (client, call) => await client.send(new sdk.GetBucketVersioningCommand({ Bucket }), call),
      ),
  );
  const lock = await unlessRefused(
    async () =>
      await connection.call(
        action,
        async (client, call) =>
          await client.send(new sdk.GetObjectLockConfigurationCommand({ Bucket }), call),
      ),
  );
  const retention = lock?.ObjectLockConfiguration?.Rule?.DefaultRetention;
  return {
    conditionalCreate: undefined,
    versioning: versioning && versioningWord(versioning.Status),
    objectLock: lock?.ObjectLockConfiguration?.ObjectLockEnabled === "Enabled",
    defaultLock: retention && {
      mode: (retention.Mode ?? "unknown").toLowerCase(),
      days: retention.Days ?? (retention.Years ?? 0) * 365,
    },
  };
}

function versioningWord(status: string | undefined): "on" | "suspended" | "off" {
  if (status === "Enabled") return "on";
  return status === "Suspended" ? "suspended" : "off";
}

/** Undefined where the credential may not ask, the bucket has no such thing, or the store does not know the question. */
async function unlessRefused<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    const status = error instanceof StorageError ? s3Failure(error.cause)?.status : undefined;
    if (status === undefined || (status >= 500 && status !== 501)) throw error;
    return undefined;
  }
}

/**
 * Whether a put with `If-None-Match: *` leaves alone what is there. Writes one object beside the vault's (no name of an
 * object begins with a dot) and takes it away, its versions too where that is allowed.
 */
export async function keepsCondition(
  connection: S3Connection,
  options: {
    readonly keyPrefix: string;
    readonly entropy: Entropy;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<boolean> {
  const { sdk, bucket } = connection;
  const key = `${options.keyPrefix}.probe-${hexFromBytes(options.entropy.bytes(16))}`;
  const action = { verb: "write the probe", name: key, signal: options.signal };
  const written: (string | undefined)[] = [];
  const put = async (condition: { readonly IfNoneMatch?: "*" }): Promise<void> => {
    const command = new sdk.PutObjectCommand({
      Bucket: bucket,
      Key: key,
      ...checkedBody(Buffer.from("probe")),
      ...condition,
    });
    const answer = await connection.call(action, async (client, call) => await client.send(command, call));
    written.push(answer.VersionId);
  };
  await put({});
  try {
    await put({ IfNoneMatch: "*" });
    return false;
  } catch (error) {
    if (error instanceof StorageObjectExistsError) return true;
    const status = error instanceof StorageError ? s3Failure(error.cause)?.status : undefined;
    if (status === 501) return false;
    throw error;
  } finally {
    for (const version of written) await removeProbe(connection, key, version);
  }
}

/** A lock may forbid it; the object is then in nobody's way. */
async function removeProbe(
  connection: S3Connection,
  key: string,
  version: string | undefined,
): Promise<void> {
  const { sdk, bucket } = connection;
  const command = new sdk.DeleteObjectCommand({
    Bucket: bucket,
    Key: key,
    ...(version !== undefined && { VersionId: version }),
  });
  try {
    await connection.call(
      { verb: "delete the probe", name: key },
      async (client, call) => await client.send(command, call),
    );
  } catch (error) {
    if (!(error instanceof StorageDeniedError)) throw error;
  }
}
