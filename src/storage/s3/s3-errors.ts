import { InterruptedError, StillpointError } from "../../base/index.ts";
import {
  StorageClockError,
  StorageDeniedError,
  StorageError,
  StorageFullError,
  StorageMissingError,
  StorageObjectExistsError,
  StorageObjectMissingError,
  StorageObjectTooLargeError,
  StorageRegionError,
  StorageUnreachableError,
  StorageUntrustedError,
} from "../errors.ts";

/** What the caller was about to do, for the message: "write", and the object or place. */
export interface S3Action {
  readonly verb: string;
  readonly name: string;
  readonly signal?: AbortSignal | undefined;
}

/** What an error of the SDK says: the store's code, the status of its answer, the code of the connection's failure. */
export interface S3Failure {
  readonly code: string;
  readonly status: number | undefined;
  readonly connection: string | undefined;
  readonly region: string | undefined;
}

type Meaning = (state: string, failure: S3Failure, options: ErrorOptions) => StorageError;

const denied: Meaning = (say, _, options) => new StorageDeniedError(say, options);
const full: Meaning = (say, _, options) => new StorageFullError(say, options);
const unreachable: Meaning = (say, _, options) => new StorageUnreachableError(say, options);
const tooLarge: Meaning = (say, _, options) => new StorageObjectTooLargeError(say, options);
const clockWrong: Meaning = (say, _, options) => new StorageClockError(say, options);
const untrusted: Meaning = (say, _, options) => new StorageUntrustedError(say, options);
const placeMissing: Meaning = (say, _, options) => new StorageMissingError(say, options);
const objectMissing: Meaning = (say, _, options) => new StorageObjectMissingError(say, options);
const exists: Meaning = (say, _, options) => new StorageObjectExistsError(say, options);
const otherRegion: Meaning = (say, { region }, options) =>
  new StorageRegionError(say, { region, cause: options.cause });

/** By the codes of the S3 API, and those that Ceph, MinIO and others have added. */
const BY_CODE: Readonly<Record<string, Meaning>> = {
  PreconditionFailed: exists,
  NoSuchKey: objectMissing,
  NotFound: objectMissing,
  NoSuchBucket: placeMissing,
  InvalidBucketName: placeMissing,
  QuotaExceeded: full,
  InsufficientStorage: full,
  InsufficientCapacity: full,
  XMinioStorageFull: full,
  EntityTooLarge: tooLarge,
  RequestTimeTooSkewed: clockWrong,
  AccessDenied: denied,
  CredentialsProviderError: denied,
  ExpiredToken: denied,
  InvalidToken: denied,
  PermanentRedirect: otherRegion,
  AuthorizationHeaderMalformed: otherRegion,
  IllegalLocationConstraintException: otherRegion,
  SlowDown: unreachable,
  RequestTimeout: unreachable,
  ConditionalRequestConflict: unreachable,
  OperationAborted: unreachable,
  TimeoutError: unreachable,
};

const BY_STATUS: Readonly<Record<number, Meaning>> = {
  301: otherRegion,
  401: denied,
  403: denied,
  404: objectMissing,
  408: unreachable,
  412: exists,
  413: tooLarge,
  429: unreachable,
  507: full,
};

/** Failures of TLS that no second try mends. */
const UNTRUSTED = /^(ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;
/** What the system and Node call a line that does not carry. */
const LOST_LINES = /^(E[A-Z]+|ERR_(STREAM|SOCKET|HTTP|SSL)_?.*|HPE_.*)$/;

/** The facts of an error that the SDK threw, or undefined when it is none of its own. */
export function s3Failure(error: unknown): S3Failure | undefined {
  if (!(error instanceof Error) || error instanceof StillpointError) return undefined;
  const { name, code, Region, $metadata, $response } = error as Error & SdkFields;
  const connection = typeof code === "string" ? code : undefined;
  const known = $metadata !== undefined || connection !== undefined || Object.hasOwn(BY_CODE, name);
  if (!known) return undefined;
  return {
    code: name,
    status: $metadata?.httpStatusCode,
    connection,
    region: Region ?? $response?.headers?.["x-amz-bucket-region"],
  };
}

interface SdkFields {
  readonly code?: unknown;
  readonly Region?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/**
 * The port's error for one of the SDK's. Programming mistakes and our own errors pass as they are; whatever came of an
 * abort is an interruption.
 */
export function storageErrorFromS3(error: unknown, action: S3Action): unknown {
  if (action.signal?.aborted && !(error instanceof StillpointError)) {
    return new InterruptedError("Cannot go on: interrupted", { cause: error });
  }
  const failure = s3Failure(error);
  if (failure === undefined) return error;
  const meaning = meaningOf(failure);
  return meaning(`Cannot ${action.verb} "${action.name}": ${stateOf(failure)}`, failure, { cause: error });
}

function meaningOf({ code, status, connection }: S3Failure): Meaning {
  const byCode = Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;
  if (byCode !== undefined) return byCode;
  if (connection !== undefined && UNTRUSTED.test(connection)) return untrusted;
  if (connection !== undefined && LOST_LINES.test(connection)) return unreachable;
  if (status === undefined) return (say, _, options) => new StorageError(say, options);
  if (status >= 500 && status !== 501) return BY_STATUS[status] ?? unreachable;
  return BY_STATUS[status] ?? ((say, _, options) => new StorageError(say, options));
}

function stateOf({ code, status, connection }: S3Failure): string {
  if (connection !== undefined && status === undefined) return `the connection failed (${connection})`;
  if (status === undefined) return `no request was sent (${code})`;
  const isNamed = code !== "Unknown" && code !== "UnknownError"; // the answer to a HEAD has no name in it
  return isNamed ? `the store answered ${status} ${code}` : `the store answered ${status}`;
}
