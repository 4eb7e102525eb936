/** How an exchange ends: whole, or as something between host and client makes it end. */
export type WireEnding = "whole" | "cut" | "nonsense" | "unauthorized";

/** Ends an exchange without an answer of the service. Never leaves the listener. */
export class WireBreak extends Error {
  readonly ending: Exclude<WireEnding, "whole">;

  constructor(ending: Exclude<WireEnding, "whole">) {
    super(ending);
    this.ending = ending;
  }
}
