import type * as Sdk from "@azure/storage-blob";
import { StorageError } from "../errors.ts";
import { type AzureAction, storageErrorFromAzure } from "./azure-errors.ts";
import { type AzureCredentials, type AzurePlace, azureAccountName, azureUrl } from "./azure-place.ts";

/** A client for one container; it has no connection of its own that would have to be closed. */
export class AzureConnection {
  readonly container: Sdk.ContainerClient;

  constructor(container: Sdk.ContainerClient) {
    this.container = container;
  }

  /** Runs one call of the client; what it throws becomes an error of the port. */
  async call<T>(
    action: AzureAction,
    run: (container: Sdk.ContainerClient, options: { readonly abortSignal?: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    try {
      return await run(this.container, action.signal ? { abortSignal: action.signal } : {});
    } catch (error) {
      throw storageErrorFromAzure(error, action);
    }
  }
}

/** Nothing is asked of the service yet. The client tries nothing twice: `RetryingStorage` does, for every kind of store. */
export async function connectAzure(
  place: AzurePlace,
  credentials: AzureCredentials,
): Promise<AzureConnection> {
  const sdk = await import("@azure/storage-blob"); // loaded when the first vault of this kind is opened
  const options = { retryOptions: { maxTries: 1 } };
  const url = azureUrl(place);
  if (credentials.kind === "token") {
    const token = credentials.token.reveal().replace(/^\?/, "");
    return new AzureConnection(
      new sdk.BlobServiceClient(`${url}?${token}`, undefined, options).getContainerClient(place.container),
    );
  }
  const signing = new sdk.StorageSharedKeyCredential(azureAccountName(place), credentials.key.reveal());
  return new AzureConnection(
    new sdk.BlobServiceClient(url, signing, options).getContainerClient(place.container),
  );
}

/** What an answer must have; a service that leaves it out breaks the protocol. @throws {StorageError} */
export function answered<T>(value: T | undefined, what: string, action: AzureAction): T {
  if (value === undefined) {
    throw new StorageError(`Cannot ${action.verb} "${action.name}": the service's answer has no ${what}`);
  }
  return value;
}

/**
 * What the client gives. It trips over answers that are not the service's (a proxy's page, nothing at all) as if it had
 * been called in a wrong way. @throws {StorageError}
 */
export async function answerOf<T>(action: AzureAction, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    throw new StorageError(`Cannot ${action.verb} "${action.name}": the answer is none of the service's`, {
      cause: error,
    });
  }
}
