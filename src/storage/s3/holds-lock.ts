import { StorageDeniedError } from "../errors.ts";
import { checkedBody, type S3Connection } from "./s3-connection.ts";

/** How long the tried lock lasts: long enough for clocks that are apart, short enough to be in nobody's way. */
const LOCK_MINUTES = 30;

/**
 * Whether a locked version resists a delete. Writes one object under a governance lock, tries to delete its version, and
 * then deletes it as one who may pass by such a lock; an account that may not leaves it until the lock ends.
 */
export async function holdsLock(
  connection: S3Connection,
  options: {
    readonly key: string;
    readonly now: Temporal.Instant;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<boolean> {
  const { sdk, bucket } = connection;
  const { key, now, signal } = options;
  const action = { verb: "try a lock on", name: key, signal };
  const until = new Date(now.add({ minutes: LOCK_MINUTES }).epochMilliseconds);
  const put = new sdk.PutObjectCommand({
    Bucket: bucket,
    Key: key,
    ...checkedBody(Buffer.from("locked")),
    ObjectLockMode: "GOVERNANCE",
    ObjectLockRetainUntilDate: until,
  });
  const { VersionId } = await connection.call(action, async (client, call) => await client.send(put, call));
  const version = { Bucket: bucket, Key: key, ...(VersionId !== undefined && { VersionId }) };
  const remove = async (more: { readonly BypassGovernanceRetention?: true }): Promise<boolean> => {
    const command = new sdk.DeleteObjectCommand({ ...version, ...more });
    try {
      await connection.call(action, async (client, call) => await client.send(command, call));
      return true;
    } catch (error) {
      if (error instanceof StorageDeniedError) return false;
      throw error;
    }
  };
  if (await remove({})) return false;
  await remove({ BypassGovernanceRetention: true });
  return true;
}
