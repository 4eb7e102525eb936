import { createHash } from "node:crypto";
import type * as Sdk from "@aws-sdk/client-s3";
import { StorageError } from "../errors.ts";
import { type S3Action, storageErrorFromS3 } from "./s3-errors.ts";
import { type S3Credentials, type S3Place, s3Region } from "./s3-place.ts";

/** The SDK's commands and client; loaded when the first vault of this kind is opened. */
export type S3Sdk = typeof Sdk;

const CONNECT_TIMEOUT_MS = 10_000;
/** A line on which nothing moves for so long is lost. */
const SILENCE_TIMEOUT_MS = 60_000;
const CONNECTIONS = 32;

/** A client for one bucket, with the SDK it came from. Whoever made it destroys it. */
export class S3Connection implements Disposable {
  readonly sdk: S3Sdk;
  readonly bucket: string;
  readonly #client: Sdk.S3Client;

  constructor(sdk: S3Sdk, client: Sdk.S3Client, bucket: string) {
    this.sdk = sdk;
    this.bucket = bucket;
    this.#client = client;
  }

  /** Runs one call of the SDK; what it throws becomes an error of the port. */
  async call<T>(
    action: S3Action,
    run: (client: Sdk.S3Client, options: { readonly abortSignal?: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    try {
      return await run(this.#client, action.signal ? { abortSignal: action.signal } : {});
    } catch (error) {
      throw storageErrorFromS3(error, action);
    }
  }

  [Symbol.dispose](): void {
    this.#client.destroy();
  }
}

/**
 * Nothing is asked of the store yet. The SDK tries nothing twice: `RetryingStorage` does, for every kind of store. Its
 * own checksums are left out where the API does not demand them, because many stores refuse them.
 */
export async function connectS3(
  place: S3Place,
  credentials: S3Credentials | undefined,
): Promise<S3Connection> {
  const sdk = await import("@aws-sdk/client-s3");
  const client = new sdk.S3Client({
    endpoint: `${place.plain ? "http" : "https"}://${place.endpoint}`,
    region: s3Region(place),
    forcePathStyle: true,
    maxAttempts: 1,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    ...(credentials && {
      credentials: { accessKeyId: credentials.accessKey, secretAccessKey: credentials.secret.reveal() },
    }),
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SILENCE_TIMEOUT_MS,
      httpAgent: { keepAlive: true, maxSockets: CONNECTIONS },
      httpsAgent: { keepAlive: true, maxSockets: CONNECTIONS },
    },
  });
  return new S3Connection(sdk, client, place.bucket);
}

/** The fields of a put. The store holds the MD5 against what arrived; one with object lock refuses a put without it. */
export function checkedBody(bytes: Uint8Array): {
  readonly Body: Uint8Array;
  readonly ContentLength: number;
  readonly ContentMD5: string;
} {
  const ContentMD5 = createHash("md5").update(bytes).digest("base64");
  return { Body: bytes, ContentLength: bytes.length, ContentMD5 };
}

/** What an answer must have; a store that leaves it out breaks the protocol. @throws {StorageError} */
export function mustHave<T>(value: T | undefined, what: string, action: S3Action): T {
  if (value === undefined) {
    throw new StorageError(`Cannot ${action.verb} "${action.name}": the store's answer has no ${what}`);
  }
  return value;
}
