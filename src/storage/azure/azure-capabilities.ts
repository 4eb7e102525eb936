import { StorageDeniedError, StorageObjectMissingError } from "../errors.ts";
import type { AzureConnection } from "./azure-connection.ts";
import type { AzureAction } from "./azure-errors.ts";

/** What a container can do, as far as it says it. */
export interface AzureCapabilities {
  /** Whether single blobs can be made immutable for a time ("version-level immutability"). */
  readonly objectLock: boolean;
  /** A rule of the whole container that nothing in it is changed or deleted before its time, or a legal hold. */
  readonly containerLock: boolean;
}

const UNKNOWN: AzureCapabilities = { objectLock: false, containerLock: false };

/**
 * Asks what can be asked without writing anything. A token that may not ask about the container gives nothing.
 * @throws {StorageMissingError} when there is no such container
 */
export async function readAzureCapabilities(
  connection: AzureConnection,
  action: AzureAction,
): Promise<AzureCapabilities> {
  try {
    const facts = await connection.call(
      action,
      async (container, call) => await container.getProperties(call),
    );
    return {
      objectLock: facts.isImmutableStorageWithVersioningEnabled === true,
      containerLock: facts.hasImmutabilityPolicy === true || facts.hasLegalHold === true,
    };
  } catch (error) {
    if (error instanceof StorageObjectMissingError) return UNKNOWN;
    if (!(error instanceof StorageDeniedError)) throw error;
    return UNKNOWN;
  }
}
