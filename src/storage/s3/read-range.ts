import { StorageUnreachableError } from "../errors.ts";
import { objectRange, type WantedRange } from "../object-range.ts";
import { mustHave, type S3Connection } from "./s3-connection.ts";
import { type S3Action, s3Failure } from "./s3-errors.ts";

const RANGE_NOT_SATISFIABLE = 416;

/** Bytes that the caller owns, or that the store has no answer to such a range. */
export type ReadRange =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "unanswered" };

/**
 * Reads a range of an object by its key. The API cannot ask for nothing, and answers a range that begins at or behind
 * the end with an error, whatever its length.
 */
export async function readRange(
  connection: S3Connection,
  key: string,
  options: { readonly action: S3Action; readonly wanted: WantedRange },
): Promise<ReadRange> {
  const { action, wanted } = options;
  if (wanted.length === 0) return { kind: "unanswered" };
  const { sdk, bucket } = connection;
  const range = rangeHeader(wanted);
  const command = new sdk.GetObjectCommand({
    Bucket: bucket,
    Key: key,
    ...(range !== undefined && { Range: range }),
  });
  return await connection.call(action, async (client, call) => {
    try {
      const answer = await client.send(command, call);
      const body = await mustHave(answer.Body, "body", action).transformToByteArray();
      const bytes = wholeBody(body, mustHave(answer.ContentLength, "length", action), action);
      return { kind: "bytes", bytes: fitted(bytes, answer.ContentRange, options) };
    } catch (error) {
      if (s3Failure(error)?.status === RANGE_NOT_SATISFIABLE) return { kind: "unanswered" };
      throw error;
    }
  });
}

function rangeHeader({ offset = 0, length }: WantedRange): string | undefined {
  objectRange("", Number.MAX_SAFE_INTEGER, { offset, length }); // refuses what is no range
  if (length === undefined) return offset === 0 ? undefined : `bytes=${offset}-`;
  return `bytes=${offset}-${offset + length - 1}`;
}

/** A connection that ends early must not look like a short object. */
function wholeBody(body: Uint8Array, length: number, action: S3Action): Uint8Array {
  if (body.length === length) return body;
  throw new StorageUnreachableError(
    `Cannot ${action.verb} "${action.name}": the answer ended after ${body.length} of ${length} bytes`,
  );
}

/** The wanted part, held against the object's whole size; a store may ignore that only a part was asked for. */
function fitted(
  bytes: Uint8Array,
  contentRange: string | undefined,
  options: { readonly action: S3Action; readonly wanted: WantedRange },
): Uint8Array {
  const total = /^bytes \d+-\d+\/(\d+)$/.exec(contentRange ?? "")?.[1];
  const size = total === undefined ? bytes.length : Number(total);
  const { offset, length } = objectRange(options.action.name, size, options.wanted);
  return total === undefined
    ? bytes.slice(offset, offset + length)
    : wholeBody(bytes, length, options.action);
}
