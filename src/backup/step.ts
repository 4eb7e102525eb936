import type { EventSink } from "../base/index.ts";

export interface StepFacts {
  readonly events: EventSink;
  /** Its id, unique in the run. */
  readonly step: string;
  readonly parent?: string | undefined;
  readonly name: string;
  readonly subject?: string | undefined;
}

/** Does a piece of work as one step of the run's event tree. */
export async function runStep<T>(facts: StepFacts, work: (step: string) => Promise<T>): Promise<T> {
  const { events, ...rest } = facts;
  events({ type: "step-started", ...rest });
  let result: T;
  try {
    result = await work(facts.step);
  } catch (error) {
    events({ type: "step-ended", step: facts.step, outcome: "failed" });
    throw error;
  }
  events({ type: "step-ended", step: facts.step, outcome: "done" });
  return result;
}
