import { throwIfInterrupted } from "../../base/index.ts";
import { StorageUnsuitableError } from "../errors.ts";
import { isObjectName } from "../object-name.ts";
import type { StoredObject } from "../storage.ts";
import { mustHave, type S3Connection } from "./s3-connection.ts";
import type { S3Action } from "./s3-errors.ts";

export interface WantedKeys {
  /** Of every object of this store; it is cut off. */
  readonly keyPrefix: string;
  /** What the names begin with. */
  readonly prefix: string;
  readonly action: S3Action;
}

/**
 * The objects below a prefix, a page of at most 1,000 at a time. Keys that are no names of objects are passed over.
 * The store must keep them in order: only so is it seen that a page repeats, and that none is left out.
 */
export async function* listKeys(connection: S3Connection, wanted: WantedKeys): AsyncIterable<StoredObject> {
  const { keyPrefix, action } = wanted;
  let token: string | undefined;
  let last = "";
  do {
    throwIfInterrupted(action.signal);
    const page = await readPage(connection, wanted, token);
    for (const { Key, Size } of page.Contents ?? []) {
      const key = mustHave(Key, "key", action);
      if (key <= last) throw outOfOrder(action);
      last = key;
      const name = key.slice(keyPrefix.length);
      if (!isObjectName(name)) continue;
      yield { name, sizeBytes: mustHave(Size, "size", action) };
    }
    const isMore = mustHave(page.IsTruncated, "word on whether it is all", action); // an empty answer is no empty vault
    token = isMore ? mustHave(page.NextContinuationToken, "place to go on", action) : undefined;
  } while (token !== undefined);
}

async function readPage(
  connection: S3Connection,
  wanted: WantedKeys,
  token: string | undefined,
): Promise<ListedPage> {
  const { sdk, bucket } = connection;
  const command = new sdk.ListObjectsV2Command({
    Bucket: bucket,
    Prefix: wanted.keyPrefix + wanted.prefix,
    ...(token !== undefined && { ContinuationToken: token }),
  });
  return await connection.call(wanted.action, async (client, call) => await client.send(command, call));
}

interface ListedPage {
  readonly Contents?:
    | readonly { readonly Key?: string | undefined; readonly Size?: number | undefined }[]
    | undefined;
  readonly IsTruncated?: boolean | undefined;
  readonly NextContinuationToken?: string | undefined;
}

function outOfOrder(action: S3Action): StorageUnsuitableError {
  return new StorageUnsuitableError(
    `Cannot list "${action.name}": the store does not keep its names in order, wanted by their bytes`,
    { failed: ["list-order"] },
  );
}
