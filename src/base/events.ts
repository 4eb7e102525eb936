import type { Notice } from "./consistency.ts";

/**
 * What a run says while it works: a tree of steps. `docs/run-events.md` has the tree of each kind of run.
 * Sinks must not throw and must return at once; nothing but a surface prints.
 */
export type RunEvent =
  | {
      readonly type: "step-started";
      readonly step: string;
      readonly parent?: string | undefined;
      readonly name: string;
      readonly subject?: string | undefined;
      readonly totalBytes?: number | undefined;
    }
  | {
      readonly type: "step-progress";
      readonly step: string;
      readonly doneBytes: number;
      readonly totalBytes?: number | undefined;
    }
  | { readonly type: "step-warning"; readonly step: string; readonly notice: Notice }
  | { readonly type: "step-note"; readonly step: string; readonly message: string }
  | { readonly type: "step-ended"; readonly step: string; readonly outcome: "done" | "failed" | "skipped" };

export type EventSink = (event: RunEvent) => void;

/** For callers that do not listen. */
export const noEvents: EventSink = () => {
  // nobody listens
};
