import {
  LimitedStorage,
  openAzureScratch,
  openAzureStorage,
  openLocalScratch,
  openLocalStorage,
  openRcloneScratch,
  openRcloneStorage,
  openS3Scratch,
  openS3Storage,
  openSftpScratch,
  openSftpStorage,
  type ProbeScratch,
  parseBandwidthRule,
  RetryingStorage,
  type Storage,
} from "../../storage/index.ts";
import { environment } from "../config/index.ts";
import type { VaultAddress } from "../vault-address.ts";
import type { World } from "../world.ts";
import { azureCredentials, rcloneLaunch, s3Credentials, sftpCredentials } from "./vault-credentials.ts";

export interface VaultStorageOptions {
  readonly world: World;
  /** Makes a folder that is not there. Buckets are never made. */
  readonly create?: true | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Opens the store behind an address: distant ones ask again what can pass, and all keep to STILLPOINT_BANDWIDTH. */
export async function openVaultStorage(
  address: VaultAddress,
  options: VaultStorageOptions,
): Promise<Storage> {
  const { world, create } = options;
  const limit = bandwidthLimit(world); // a wrong rule is told before anything is opened
  if (address.kind === "local") return limit(await openLocalStorage(address.folder, { create }));
  return limit(new RetryingStorage(await openDistant(address, options), world));
}

/** The driver of a distant store. */
async function openDistant(address: DistantAddress, options: VaultStorageOptions): Promise<Storage> {
  const { create, signal } = options;
  const { clock, entropy } = options.world;
  if (address.kind === "s3") {
    const credentials = s3Credentials();
    return (await openS3Storage(address.place, { credentials, entropy, signal })).storage;
  }
  if (address.kind === "sftp") {
    const credentials = await sftpCredentials();
    return await openSftpStorage(address.place, { credentials, entropy, create });
  }
  if (address.kind === "azure") {
    return (await openAzureStorage(address.place, { credentials: azureCredentials(), signal })).storage;
  }
  return await openRcloneStorage(address.place, { launch: rcloneLaunch(), clock, entropy, create, signal });
}

type DistantAddress = Exclude<VaultAddress, { readonly kind: "local" }>;

/** A place for a probe beside a vault's objects. What is there already is not touched; a folder must be there. */
export async function openVaultScratch(
  address: VaultAddress,
  options: Omit<VaultStorageOptions, "create">,
): Promise<ProbeScratch> {
  const { world, signal } = options;
  const { clock, entropy } = world;
  if (address.kind === "local") return await openLocalScratch(address.folder, entropy);
  const wrap = (storage: Storage): Storage => new RetryingStorage(storage, world);
  if (address.kind === "s3") {
    const now = (): Temporal.Instant => clock.now();
    return await openS3Scratch(address.place, { credentials: s3Credentials(), entropy, signal, wrap, now });
  }
  if (address.kind === "sftp") {
    return await openSftpScratch(address.place, { credentials: await sftpCredentials(), entropy, wrap });
  }
  if (address.kind === "azure") {
    return await openAzureScratch(address.place, { credentials: azureCredentials(), entropy, wrap, signal });
  }
  return await openRcloneScratch(address.place, { launch: rcloneLaunch(), clock, entropy, wrap });
}

function bandwidthLimit({ clock }: World): (storage: Storage) => Storage {
  const text = environment("STILLPOINT_BANDWIDTH");
  if (text === undefined) return (storage) => storage;
  const rule = parseBandwidthRule(text);
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return (storage) => new LimitedStorage(storage, { clock, rule, timeZone });
}
