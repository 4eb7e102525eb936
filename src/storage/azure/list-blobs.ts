import { throwIfInterrupted } from "../../base/index.ts";
import { StorageUnsuitableError } from "../errors.ts";
import { isObjectName } from "../object-name.ts";
import type { StoredObject } from "../storage.ts";
import { type AzureConnection, answered, answerOf } from "./azure-connection.ts";
import type { AzureAction } from "./azure-errors.ts";

export interface WantedBlobs {
  /** Of every blob of this store; it is cut off. */
  readonly blobPrefix: string;
  /** What the names begin with. */
  readonly prefix: string;
  readonly action: AzureAction;
}

const PAGE = 5_000;

/**
 * The objects below a prefix, a page at a time. Blobs whose names are no names of objects are passed over. The service
 * keeps names in order: only so is it seen that a page repeats, and that none is left out.
 */
export async function* listBlobs(
  connection: AzureConnection,
  wanted: WantedBlobs,
): AsyncIterable<StoredObject> {
  const { blobPrefix, action } = wanted;
  let place: string | undefined;
  let last = "";
  do {
    throwIfInterrupted(action.signal);
    const { segment, continuationToken } = await readPage(connection, wanted, place);
    for (const { name: blob, properties } of segment.blobItems) {
      if (blob <= last) throw outOfOrder(action);
      last = blob;
      const name = blob.slice(blobPrefix.length);
      if (!isObjectName(name)) continue;
      yield { name, sizeBytes: answered(properties.contentLength, "size", action) };
    }
    place = continuationToken === "" ? undefined : continuationToken;
  } while (place !== undefined);
}

async function readPage(
  connection: AzureConnection,
  { blobPrefix, prefix, action }: WantedBlobs,
  place: string | undefined,
): Promise<BlobPage> {
  const where = { maxPageSize: PAGE, ...(place !== undefined && { continuationToken: place }) };
  return await connection.call(action, async (container, call) => {
    const pages = container.listBlobsFlat({ prefix: blobPrefix + prefix, ...call }).byPage(where);
    const { value } = await answerOf(action, async () => await pages.next());
    return answered<BlobPage>(value, "page", action);
  });
}

interface BlobPage {
  readonly segment: {
    readonly blobItems: readonly {
      readonly name: string;
      readonly properties: { readonly contentLength?: number | undefined };
    }[];
  };
  readonly continuationToken?: string | undefined;
}

function outOfOrder(action: AzureAction): StorageUnsuitableError {
  return new StorageUnsuitableError(
    `Cannot list "${action.name}": the service does not keep its names in order, wanted by their bytes`,
    { failed: ["list-order"] },
  );
}
