import { StorageDeniedError, StorageError } from "../errors.ts";
import type { S3Connection } from "./s3-connection.ts";
import { s3Failure } from "./s3-errors.ts";

interface Version {
  readonly Key?: string | undefined;
  readonly VersionId?: string | undefined;
}

/**
 * Removes every version of every object below a prefix, and the marks of deletes. For scratch only: what a vault deletes
 * stays to the bucket's rules. Gives how many are locked, or not this account's to remove.
 */
export async function removeVersions(connection: S3Connection, keyPrefix: string): Promise<number> {
  let left = 0;
  let place: { readonly KeyMarker?: string; readonly VersionIdMarker?: string } = {};
  for (let isMore = true; isMore; ) {
    const page = await readVersions(connection, keyPrefix, place);
    for (const version of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]) {
      if (!(await removeVersion(connection, version))) left++;
    }
    isMore = page.IsTruncated === true && page.NextKeyMarker !== undefined;
    place = {
      ...(page.NextKeyMarker !== undefined && { KeyMarker: page.NextKeyMarker }),
      ...(page.NextVersionIdMarker !== undefined && { VersionIdMarker: page.NextVersionIdMarker }),
    };
  }
  return left;
}

async function readVersions(
  connection: S3Connection,
  keyPrefix: string,
  place: { readonly KeyMarker?: string; readonly VersionIdMarker?: string },
): Promise<VersionPage> {
  const { sdk, bucket } = connection;
  const action = { verb: "list the versions of", name: keyPrefix };
  const versions = new sdk.ListObjectVersionsCommand({ Bucket: bucket, Prefix: keyPrefix, ...place });
  try {
    return await connection.call(action, async (client, call) => await client.send(versions, call));
  } catch (error) {
    const isUnknown = error instanceof StorageError && s3Failure(error.cause)?.status === 501;
    if (!isUnknown && !(error instanceof StorageDeniedError)) throw error;
  }
  const objects = new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: keyPrefix });
  const page = await connection.call(action, async (client, call) => await client.send(objects, call));
  return { Versions: page.Contents?.map(({ Key }) => ({ Key })) };
}

interface VersionPage {
  readonly Versions?: readonly Version[] | undefined;
  readonly DeleteMarkers?: readonly Version[] | undefined;
  readonly IsTruncated?: boolean | undefined;
  readonly NextKeyMarker?: string | undefined;
  readonly NextVersionIdMarker?: string | undefined;
}

async function removeVersion(connection: S3Connection, { Key, VersionId }: Version): Promise<boolean> {
  const { sdk, bucket } = connection;
  const command = new sdk.DeleteObjectCommand({ Bucket: bucket, Key, ...(VersionId && { VersionId }) });
  try {
    await connection.call(
      { verb: "remove", name: Key ?? "" },
      async (client, call) => await client.send(command, call),
    );
    return true;
  } catch (error) {
    if (error instanceof StorageDeniedError) return false;
    throw error;
  }
}
