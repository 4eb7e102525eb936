import { InterruptedError, StillpointError } from "../../base/index.ts";
import {
  StorageDeniedError,
  StorageError,
  StorageFullError,
  StorageMissingError,
  StorageObjectExistsError,
  StorageObjectMissingError,
  StorageObjectTooLargeError,
  StorageUnreachableError,
  StorageUntrustedError,
} from "../errors.ts";

/** What the caller was about to do, for the message: "write", and the object or place. */
export interface AzureAction {
  readonly verb: string;
  readonly name: string;
  readonly signal?: AbortSignal | undefined;
}

/** What an error of the client says: the service's code or the connection's, and the status of the answer. */
export interface AzureFailure {
  readonly code: string;
  readonly status: number | undefined;
}

type StorageErrorClass = new (message: string, options?: ErrorOptions) => StorageError;

/** By the codes of the service ([Blob service error codes]). */
const BY_CODE: Readonly<Record<string, StorageErrorClass>> = {
  BlobAlreadyExists: StorageObjectExistsError,
  ConditionNotMet: StorageObjectExistsError,
  UnauthorizedBlobOverwrite: StorageObjectExistsError, // whose token may create, and not write
  BlobNotFound: StorageObjectMissingError,
  ResourceNotFound: StorageObjectMissingError,
  ContainerNotFound: StorageMissingError,
  ContainerBeingDeleted: StorageMissingError,
  ContainerDisabled: StorageMissingError,
  InvalidResourceName: StorageMissingError,
  BlobImmutableDueToPolicy: StorageDeniedError,
  LeaseIdMissing: StorageDeniedError,
  AccountIsDisabled: StorageDeniedError,
  RequestBodyTooLarge: StorageObjectTooLargeError,
  Md5Mismatch: StorageUnreachableError, // damaged on its way: it can be sent again
  OperationTimedOut: StorageUnreachableError,
  ServerBusy: StorageUnreachableError,
  InternalError: StorageUnreachableError,
};

const BY_STATUS: Readonly<Record<number, StorageErrorClass>> = {
  401: StorageDeniedError,
  403: StorageDeniedError,
  404: StorageObjectMissingError,
  408: StorageUnreachableError,
  412: StorageObjectExistsError,
  413: StorageObjectTooLargeError,
  429: StorageUnreachableError,
  507: StorageFullError,
};

/** Failures of TLS that no second try mends. */
const UNTRUSTED = /^(ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

/** The facts of an error that the client threw, or undefined when it is none of its own. */
export function azureFailure(error: unknown): AzureFailure | undefined {
  if (!(error instanceof Error) || error instanceof StillpointError) return undefined;
  const { name, code, statusCode, details } = error as Error & ClientFields;
  const known = name === "RestError" || typeof code === "string" || statusCode !== undefined;
  if (!known || error instanceof TypeError || error instanceof RangeError) return undefined;
  const said = details?.errorCode ?? code; // the answer to a HEAD has its code in a header only
  return { code: typeof said === "string" ? said : name, status: statusCode };
}

interface ClientFields {
  readonly code?: unknown;
  readonly statusCode?: number;
  readonly details?: { readonly errorCode?: string };
}

/**
 * The port's error for one of the client's. Programming mistakes and our own errors pass as they are; whatever came of
 * an abort is an interruption.
 */
export function storageErrorFromAzure(error: unknown, action: AzureAction): unknown {
  if (action.signal?.aborted && !(error instanceof StillpointError)) {
    return new InterruptedError("Cannot go on: interrupted", { cause: error });
  }
  const failure = azureFailure(error);
  if (failure === undefined) return error;
  const Meaning = meaningOf(failure);
  return new Meaning(`Cannot ${action.verb} "${action.name}": ${stateOf(failure)}`, { cause: error });
}

function meaningOf({ code, status }: AzureFailure): StorageErrorClass {
  const byCode = Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;
  if (byCode !== undefined) return byCode;
  if (status === undefined) return UNTRUSTED.test(code) ? StorageUntrustedError : StorageUnreachableError;
  if (status >= 500 && status !== 501) return BY_STATUS[status] ?? StorageUnreachableError;
  return BY_STATUS[status] ?? StorageError;
}

function stateOf({ code, status }: AzureFailure): string {
  return status === undefined
    ? `the connection failed (${code})`
    : `the service answered ${status} ${code}`.trimEnd();
}
