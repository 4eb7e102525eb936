import { Secret } from "../../base/index.ts";
import type { AzureCredentials, RcloneLaunch, S3Credentials, SftpCredentials } from "../../storage/index.ts";
import { environment, environmentOfOthers, readSecretFile } from "../config/index.ts";
import { UsageError } from "../errors.ts";

/** The keys of a bucket. @throws {UsageError} when only one half is there */
export function s3Credentials(): S3Credentials | undefined {
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

/** How to sign in to a server. @throws {UsageError} when there is neither a key nor a password */
export async function sftpCredentials(): Promise<SftpCredentials> {
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

/** How to sign in to an account of Azure. @throws {UsageError} when there is neither a key nor a token, or both */
export function azureCredentials(): AzureCredentials {
  const key = environment("STILLPOINT_AZURE_KEY");
  const token = environment("STILLPOINT_AZURE_SAS");
  if (key !== undefined && token === undefined) return { kind: "key", key: new Secret(key) };
  if (token !== undefined && key === undefined) return { kind: "token", token: new Secret(token) };
  throw new UsageError(
    `Cannot sign in to the vault's account: one of STILLPOINT_AZURE_KEY and STILLPOINT_AZURE_SAS is wanted, ${key === undefined ? "both are missing" : "both are there"}`,
  );
}

/** Which rclone is started. It is given its own variables, and none of ours. */
export function rcloneLaunch(): RcloneLaunch {
  return { program: environment("STILLPOINT_RCLONE") ?? "rclone", environment: environmentOfOthers() };
}
