import { StillpointError } from "../base/index.ts";

/** A file ended before the bytes that were asked for: it is truncated, or shrank while it was read. */
export class SourceEndedError extends StillpointError {
  readonly code = "source-ended";
  readonly retry = "later";
}
