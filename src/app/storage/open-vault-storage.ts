import { Secret } from "../../base/index.ts";
import {
  LimitedStorage,
  openLocalScratch,
  openLocalStorage,
  openS3Scratch,
  openS3Storage,
  openSftpScratch,
  openSftpStorage,
  type ProbeScratch,
  parseBandwidthRule,
  RetryingStorage,
  type S3Credentials,
  type SftpCredentials,
  type Storage,
} from "../../storage/index.ts";
import { environment, readSecretFile } from "../config/index.ts";
import { UsageError } from "../errors.ts";
import type { VaultAddress } from "../vault-address.ts";
import type { World } from "../world.ts";

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
  const { world, create, signal } = options;
  const limit = bandwidthLimit(world); // a wrong rule is told before anything is opened
  if (address.kind === "local") return limit(await openLocalStorage(address.folder, { create }));
  if (address.kind === "sftp") {
    const credentials = await sftpCredentials();
    const { entropy } = world;
    return limit(
      new RetryingStorage(await openSftpStorage(address.place, { credentials, entropy, create }), world),
    );
  }
  const { storage } = await openS3Storage(address.place, {
    credentials: s3Credentials(),
    entropy: world.entropy,
    signal,
  });
  return limit(new RetryingStorage(storage, world));
}

/** A place for a probe beside a vault's objects. What is there already is not touched; a folder must be there. */
export async function openVaultScratch(
  address: VaultAddress,
  options: Omit<VaultStorageOptions, "create">,
): Promise<ProbeScratch> {
  const { world, signal } = options;
  const { clock, entropy } = world;
  if (address.kind === "local") return await openLocalScratch(address.folder, entropy);
  const wrap = (storage: Storage): Storage => new RetryingStorage(storage, world);
  if (address.kind === "sftp") {
    return await openSftpScratch(address.place, { credentials: await sftpCredentials(), entropy, wrap });
  }
  return await openS3Scratch(address.place, {
    credentials: s3Credentials(),
    entropy,
    signal,
    wrap,
    now: () => clock.now(),
  });
}

/** @throws {UsageError} when only one half is there */
function s3Credentials(): S3Credentials | undefined {
  const accessKey = environment("STILLPOINT_S3_ACCESS_KEY");
  const secret = environment("STILLPOINT_S3_SECRET");
  if (accessKey === undefined && secret === undefined) return undefined;
  if (accessKey === undefined || secret === undefined) {
    throw new UsageError(
      "Cannot use the keys of the bucket: STILLPOINT_S3_ACCESS_KEY and STILLPOINT_S3_SECRET are wanted, one is missing",
    );
  }
  return { accessKey, secret: new Secret(secret) };
}

/** @throws {UsageError} when there is neither a key nor a password */
async function sftpCredentials(): Promise<SftpCredentials> {
  const keyFile = environment("STILLPOINT_SFTP_KEY_FILE");
  const password = environment("STILLPOINT_SFTP_PASSWORD");
  if (keyFile === undefined && password === undefined) {
    throw new UsageError(
      "Cannot sign in to the vault's server: STILLPOINT_SFTP_KEY_FILE or STILLPOINT_SFTP_PASSWORD is wanted, both are missing",
    );
  }
  return {
    ...(keyFile !== undefined && { privateKey: await readSecretFile(keyFile) }),
    ...(password !== undefined && { password: new Secret(password) }),
  };
}

function bandwidthLimit({ clock }: World): (storage: Storage) => Storage {
  const text = environment("STILLPOINT_BANDWIDTH");
  if (text === undefined) return (storage) => storage;
  const rule = parseBandwidthRule(text);
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return (storage) => new LimitedStorage(storage, { clock, rule, timeZone });
}
