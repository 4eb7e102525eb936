import type { Clock } from "../../base/index.ts";
import type { Paint } from "./paint.ts";

/** Where the form for people writes. */
export interface HumanStreams {
  out(text: string): void;
  error(text: string): void;
  /** A terminal for bars, or undefined where progress goes to a file or pipe and is left out. */
  readonly terminal: NodeJS.WriteStream | undefined;
  readonly paint: Paint;
  readonly clock: Clock;
}
