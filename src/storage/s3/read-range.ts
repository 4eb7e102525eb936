import { arrivedFrom } from "../arriving-bytes.ts";
import { LARGEST_OBJECT } from "../joined-parts.ts";
import { answeredRange, objectRange, type WantedRange } from "../object-range.ts";
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
      const { Body, ContentLength, ContentRange } = await client.send(command, call);
      const lengthBytes = mustHave(ContentLength, "length", action);
      const stream = mustHave(Body, "body", action) as unknown as AsyncIterable<Uint8Array>; // what Node gives
      const body = await arrivedFrom(stream, lengthBytes, LARGEST_OBJECT);
      const answer = { body, lengthBytes, contentRange: ContentRange };
      return { kind: "bytes", bytes: answeredRange(action.name, answer, wanted) };
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
