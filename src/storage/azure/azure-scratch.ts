import { type Entropy, hexFromBytes } from "../../base/index.ts";
import { StorageDeniedError } from "../errors.ts";
import { type ProbeScratch, SCRATCH_NAME } from "../probe/probe-scratch.ts";
import type { Storage } from "../storage.ts";
import { type AzureConnection, connectAzure } from "./azure-connection.ts";
import { type AzureCredentials, type AzurePlace, azureLocation } from "./azure-place.ts";
import { openAzureStorage } from "./open-azure-storage.ts";

export interface AzureScratchOptions {
  readonly credentials: AzureCredentials;
  readonly entropy: Entropy;
  /** Put around each connection, as around a vault's. */
  readonly wrap: (storage: Storage) => Storage;
  readonly signal?: AbortSignal | undefined;
}

/** A prefix for a probe below a place's own. */
export async function openAzureScratch(
  place: AzurePlace,
  options: AzureScratchOptions,
): Promise<ProbeScratch> {
  const { credentials, entropy, wrap, signal } = options;
  const name = `${SCRATCH_NAME}${hexFromBytes(entropy.bytes(8))}`;
  const prefix = place.prefix === "" ? name : `${place.prefix}/${name}`;
  await using opening = new AsyncDisposableStack();
  const connection = await connectAzure(place, credentials);
  const remove = async (): Promise<number> => await removeBlobs(connection, `${prefix}/`);
  const first = await openAzureStorage({ ...place, prefix }, { credentials, signal });
  const one = opening.use(wrap(first.storage));
  opening.defer(async () => void (await remove()));
  const other = opening.use(
    wrap((await openAzureStorage({ ...place, prefix }, { credentials, signal })).storage),
  );
  const resources = opening.move();
  return {
    location: azureLocation(place),
    one,
    other,
    remove,
    facts: async () => ({
      versioning: (await makesVersions(connection, `${prefix}/version`)) ? "on" : "off",
      objectLock: { possible: first.capabilities.objectLock },
    }),
    [Symbol.asyncDispose]: async () => await resources.disposeAsync(),
  };
}

/** An account that keeps versions names one in the answer to each put. */
async function makesVersions(connection: AzureConnection, blob: string): Promise<boolean> {
  const action = { verb: "look for versions of", name: blob };
  const { versionId } = await connection.call(
    action,
    async (container) => await container.getBlockBlobClient(blob).upload("", 0),
  );
  return versionId !== undefined;
}

/** Gives how many are held by a policy, or are not this account's to remove. Old versions are the account's rules' to remove. */
async function removeBlobs(connection: AzureConnection, prefix: string): Promise<number> {
  const listed = await connection.call(
    { verb: "list", name: prefix },
    async (container) => await Array.fromAsync(container.listBlobsFlat({ prefix }), ({ name }) => name),
  );
  let left = 0;
  for (const name of listed) {
    try {
      await connection.call({ verb: "remove", name }, async (container) => {
        await container.getBlobClient(name).deleteIfExists();
      });
    } catch (error) {
      if (!(error instanceof StorageDeniedError)) throw error;
      left++;
    }
  }
  return left;
}
