import { StorageUnreachableError } from "../errors.ts";
import { objectRange, type WantedRange } from "../object-range.ts";
import { type AzureConnection, answered } from "./azure-connection.ts";
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
      const answer = await container.getBlobClient(blob).download(offset, length, {
        ...call,
        maxRetryRequests: 0,
      });
      const body = await collected(answered(answer.readableStreamBody, "body", action));
      const sent = answered(answer.contentLength, "length", action);
      if (body.length !== sent) throw endedEarly(body.length, sent, action);
      const total = /^bytes \d+-\d+\/(\d+)$/.exec(answer.contentRange ?? "")?.[1];
      const range = objectRange(action.name, total === undefined ? body.length : Number(total), wanted);
      if (total === undefined) {
        return { kind: "bytes", bytes: body.slice(range.offset, range.offset + range.length) };
      }
      if (body.length !== range.length) throw endedEarly(body.length, range.length, action);
      return { kind: "bytes", bytes: body };
    } catch (error) {
      if (azureFailure(error)?.status === RANGE_NOT_SATISFIABLE) return { kind: "unanswered" };
      throw error;
    }
  });
}

async function collected(stream: NodeJS.ReadableStream): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(typeof part === "string" ? Buffer.from(part) : part);
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A connection that ends early must not look like a short object. */
function endedEarly(length: number, wanted: number, action: AzureAction): StorageUnreachableError {
  return new StorageUnreachableError(
    `Cannot ${action.verb} "${action.name}": the answer ended after ${length} of ${wanted} bytes`,
  );
}
