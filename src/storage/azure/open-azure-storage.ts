import type { StorageCallOptions } from "../storage.ts";
import { type AzureCapabilities, readAzureCapabilities } from "./azure-capabilities.ts";
import { connectAzure } from "./azure-connection.ts";
import { type AzureCredentials, type AzurePlace, azureLocation } from "./azure-place.ts";
import { AzureStorage } from "./azure-storage.ts";

export interface AzureStorageOptions extends StorageCallOptions {
  readonly credentials: AzureCredentials;
}

/** A store with what its container says of itself. */
export interface OpenedAzure {
  readonly storage: AzureStorage;
  readonly capabilities: AzureCapabilities;
}

/**
 * A prefix of a container as a store. The container is never made: whoever makes it decides about versions, immutability
 * and who may see it. @throws {StorageMissingError} @throws {StorageDeniedError} @throws {StorageUnreachableError}
 */
export async function openAzureStorage(
  place: AzurePlace,
  options: AzureStorageOptions,
): Promise<OpenedAzure> {
  const connection = await connectAzure(place, options.credentials);
  const location = azureLocation(place);
  const blobPrefix = place.prefix === "" ? "" : `${place.prefix}/`;
  const action = { verb: "open the store", name: location, signal: options.signal };
  const capabilities = await readAzureCapabilities(connection, action);
  // what may be asked about the container differs by token; every vault lists, so a wrong one shows here
  await connection.call(action, async (container, call) => {
    for await (const _ of container.listBlobsFlat({ prefix: blobPrefix, ...call }).byPage({ maxPageSize: 1 }))
      break;
  });
  return { storage: new AzureStorage({ connection, location, blobPrefix, capabilities }), capabilities };
}
