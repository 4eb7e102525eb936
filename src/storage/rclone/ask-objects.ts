import type { OutgoingHttpHeaders } from "node:http";
import { type ClientHttp2Session, constants } from "node:http2";
import { Readable } from "node:stream";
import { StorageUnreachableError } from "../errors.ts";

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
  /** The object's whole size, where the answer is a part of it. */
  readonly totalBytes: number | undefined;
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
  const pieces: Uint8Array[] = [];
  let answer: Omit<ObjectAnswer, "body"> | undefined;
  stream.on("response", (said) => {
    answer = {
      status: said[":status"] ?? 0,
      contentLength: numberFrom(said["content-length"]),
      totalBytes: numberFrom(/\/(\d+)$/.exec(said["content-range"] ?? "")?.[1]),
    };
  });
  stream.on("data", (piece: Uint8Array) => pieces.push(piece));
  stream.on("error", reject);
  stream.on("close", () => {
    if (answer === undefined || stream.rstCode !== constants.NGHTTP2_NO_ERROR) {
      reject(broke(path, `it closed the stream with code ${stream.rstCode}`));
    } else resolve({ ...answer, body: joined(pieces) });
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

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function broke(path: string, state: string): StorageUnreachableError {
  return new StorageUnreachableError(`Cannot ask rclone for "${path}": ${state}`);
}
