import { arrivedFrom } from "../arriving-bytes.ts";
import { StorageUnreachableError } from "../errors.ts";
import { LARGEST_OBJECT } from "../joined-parts.ts";
import { answeredRange, objectRange, type WantedRange } from "../object-range.ts";
import { type AzureConnection, answered, answerOf } from "./azure-connection.ts";
import { type AzureAction, azureFailure } from "./azure-errors.ts";

const RANGE_NOT_SATISFIABLE = 416;

/** Bytes that the caller owns, or that the service has no answer to such a range. */
export type ReadBlob =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "unanswered" };

/** Reads a range of a blob. Nothing cannot be asked for, and a range that begins at or behind the end is an error. */
export async function readBlob(
  connection: AzureConnection,
  blob: string,
  options: { readonly action: AzureAction; readonly wanted: WantedRange },
): Promise<ReadBlob> {
  const { action, wanted } = options;
  const { offset = 0, length } = wanted;
  objectRange("", Number.MAX_SAFE_INTEGER, { offset, length }); // refuses what is no range
  if (length === 0) return { kind: "unanswered" };
  return await connection.call(action, async (container, call) => {
    try {
      const how = { ...call, maxRetryRequests: 0 };
      const answer = await answerOf(action, async () => {
        return await container.getBlobClient(blob).download(offset, length, how);
      });
      const lengthBytes = answered(answer.contentLength, "length", action);
      const body = await collected(answered(answer.readableStreamBody, "body", action), lengthBytes, action);
      const { contentRange } = answer;
      const bytes = answeredRange(action.name, { body, lengthBytes, contentRange }, wanted);
      return { kind: "bytes", bytes };
    } catch (error) {
      if (azureFailure(error)?.status === RANGE_NOT_SATISFIABLE) return { kind: "unanswered" };
      throw error;
    }
  });
}

/** The client has errors of many kinds for a body that ends early, and all of them say that the line was lost. */
async function collected(
  stream: NodeJS.ReadableStream,
  lengthBytes: number,
  action: AzureAction,
): Promise<Uint8Array> {
  try {
    return await arrivedFrom(stream as AsyncIterable<Uint8Array | string>, lengthBytes, LARGEST_OBJECT);
  } catch (error) {
    if (action.signal?.aborted) throw error;
    throw new StorageUnreachableError(`Cannot ${action.verb} "${action.name}": the answer broke off`, {
      cause: error,
    });
  }
}
