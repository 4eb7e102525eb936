import type { OutgoingHttpHeaders } from "node:http";
import { type ClientHttp2Session, constants } from "node:http2";
import { Readable } from "node:stream";
import { ArrivingBytes } from "../arriving-bytes.ts";
import { StorageUnreachableError } from "../errors.ts";
import { LARGEST_OBJECT } from "../joined-parts.ts";

export interface ObjectRequest {
  readonly method: "GET" | "HEAD" | "POST" | "DELETE";
  /** Below the place, without a slash at its beginning. */
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders | undefined;
  readonly parts?: readonly Uint8Array[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ObjectAnswer {
  readonly status: number;
  /** As the header says, or undefined. */
  readonly contentLength: number | undefined;
  /** The header of this name, where the answer is a part of the object. */
  readonly contentRange: string | undefined;
  /** The caller's own. */
  readonly body: Uint8Array;
}

/** Where objects are asked for, until it is over. */
export interface ObjectDoor {
  readonly objects: ClientHttp2Session;
  readonly over: AbortSignal;
}

/** One request by HTTP/2 through the pipes. @throws whatever the stream throws when the line breaks */
export async function askObjects(door: ObjectDoor, request: ObjectRequest): Promise<ObjectAnswer> {
  const { method, path, headers, parts, signal } = request;
  if (door.over.aborted) throw broke(path, "it has ended");
  const stream = door.objects.request({ ":method": method, ":path": `/${path}`, ...headers });
  const { promise, resolve, reject } = Promise.withResolvers<ObjectAnswer>();
  const stop = (): void => {
    stream.close(constants.NGHTTP2_CANCEL);
    reject(broke(path, "it was told to stop")); // a process that hangs takes no notice of it
  };
  let arriving = new ArrivingBytes(undefined, LARGEST_OBJECT);
  let answer: Omit<ObjectAnswer, "body"> | undefined;
  stream.on("response", (said) => {
    const contentLength = numberFrom(said["content-length"]);
    answer = { status: said[":status"] ?? 0, contentLength, contentRange: said["content-range"] };
    if (method === "HEAD") return;
    const early = arriving.bytes(); // Node tells of the head in a later turn, and pieces may be there before
    arriving = new ArrivingBytes(contentLength, LARGEST_OBJECT);
    arriving.add(early);
  });
  stream.on("data", (piece: Uint8Array) => arriving.add(piece));
  stream.on("error", reject);
  stream.on("close", () => {
    if (answer === undefined || stream.rstCode !== constants.NGHTTP2_NO_ERROR) {
      reject(broke(path, `it closed the stream with code ${stream.rstCode}`));
    } else resolve({ ...answer, body: arriving.bytes() });
  });
  const broken = (): void => reject(broke(path, "it has ended"));
  signal?.addEventListener("abort", stop, { once: true });
  door.over.addEventListener("abort", broken, { once: true });
  try {
    if (parts === undefined) stream.end();
    else Readable.from(parts).pipe(stream);
    return await promise;
  } finally {
    signal?.removeEventListener("abort", stop);
    door.over.removeEventListener("abort", broken);
  }
}

function numberFrom(text: string | undefined): number | undefined {
  return text === undefined || !/^\d+$/.test(text) ? undefined : Number(text);
}

function broke(path: string, state: string): StorageUnreachableError {
  return new StorageUnreachableError(`Cannot ask rclone for "${path}": ${state}`);
}
