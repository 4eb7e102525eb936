import { CimConnectionError, CimFault } from "../cim/index.ts";
import { HostCommandError, HostFileError } from "../places/index.ts";
import type { ActContext } from "./acts/act-context.ts";
import { performNextDue } from "./acts/advance-jobs.ts";
import { resumeDue } from "./acts/change-state.ts";
import { removeDoomed } from "./acts/doomed-files.ts";
import { takeFault, takeScript } from "./acts/scenario-counters.ts";
import { performScriptedAct } from "./acts/scripted-acts.ts";
import { SimulatedActRefusedError } from "./errors.ts";
import { advanceNextProgram } from "./programs/advance-programs.ts";
import { fireDueTask } from "./programs/scheduled-tasks.ts";
import type { HostStore } from "./state/host-store.ts";
import type { FaultEntry } from "./state/scenario.ts";

export type ContextParts = Omit<ActContext, "host">;

/** What a call meets besides its answer. */
export interface MetFault {
  readonly fault: FaultEntry["instead"] | undefined;
}

/** Runs everything that happens on the host, one thing at a time: acts of people and guests, and calls of clients. */
export class HostEngine {
  readonly #store: HostStore;
  readonly #parts: ContextParts;

  constructor(store: HostStore, parts: ContextParts) {
    this.#store = store;
    this.#parts = parts;
  }

  /** An act on the host as it is now, its jobs and programs advanced; each step of them is an act of its own. */
  async act<T>(work: (context: ActContext) => Promise<T>): Promise<T> {
    const tried = new Set<string>();
    for (;;) {
      const done = await this.#once(async (context) => {
        if (await happensByItself(context, tried)) return undefined;
        const result = await work(context);
        return { result, leavesFiles: context.host.doomed !== undefined };
      });
      if (done === undefined) continue;
      if (done.leavesFiles) await this.#once(async () => undefined);
      return done.result;
    }
  }

  /** One change of the host's state, on disk when it resolves; what earlier ones marked for removal goes first. */
  async #once<T>(work: (context: ActContext) => Promise<T>): Promise<T> {
    return await this.#store.act(async (host) => {
      const context = { ...this.#parts, host };
      await removeDoomed(context);
      return await work(context);
    }, isRefusal);
  }

  /** A client's call: counted, and met by what the scenario has in store for it. */
  async call<T>(event: string, work: (context: ActContext, met: MetFault) => Promise<T>): Promise<T> {
    return await this.act(async (context) => {
      await this.#script(context, event, "before");
      const fault = takeFault(context.host, event);
      if (fault === "disconnect") throw disconnected(event);
      const result = await work(context, { fault });
      await this.#script(context, event, "after");
      if (fault === "disconnect-after") throw disconnected(event);
      return result;
    });
  }

  async #script(context: ActContext, event: string, moment: "before" | "after"): Promise<void> {
    for (const act of takeScript(context.host, event, moment)) await performScriptedAct(context, act);
  }
}

/** One thing whose time has come, and whether there was one. */
async function happensByItself(context: ActContext, tried: Set<string>): Promise<boolean> {
  return (
    fireDueTask(context) ||
    (await performNextDue(context, tried)) ||
    (await resumeDue(context)) ||
    (await advanceNextProgram(context))
  );
}

/** Refusals count their attempts and leave a consistent host; anything else is a fault of the simulator. */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof CimFault ||
    error instanceof CimConnectionError ||
    error instanceof HostFileError ||
    error instanceof HostCommandError ||
    error instanceof SimulatedActRefusedError
  );
}

function disconnected(event: string): CimConnectionError {
  return new CimConnectionError(`Cannot finish "${event}": the connection to the host broke`);
}
