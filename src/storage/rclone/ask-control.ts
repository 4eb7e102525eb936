import type { IncomingMessage } from "node:http";
import { json } from "node:stream/consumers";
import type { RcloneControl } from "./rclone-process.ts";

export interface ControlAnswer {
  readonly status: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface ControlRequest {
  /** `operations/list` and its like ([rclone rc]). */
  readonly command: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal | undefined;
}

/** One command of rclone's remote control. @throws whatever the connection throws when it breaks */
export async function askControl(control: RcloneControl, asked: ControlRequest): Promise<ControlAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const { request } = await import("node:http"); // a sixth of every start, were it loaded there
  const body = Buffer.from(JSON.stringify(asked.fields));
  const call = request(`${control.url}${asked.command}`, {
    method: "POST",
    auth: `${control.user}:${control.password.reveal()}`,
    headers: { "content-type": "application/json", "content-length": body.length },
    ...(asked.signal && { signal: asked.signal }),
  });
  call.on("error", reject);
  call.on("response", resolve);
  call.end(body);
  const answer = await promise;
  const said: unknown = await json(answer);
  const fields = typeof said === "object" && said !== null ? (said as Record<string, unknown>) : {};
  return { status: answer.statusCode ?? 0, fields };
}
