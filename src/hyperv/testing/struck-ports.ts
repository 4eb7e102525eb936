import type { CimSession } from "../../cim/index.ts";
import type { HostCommands, HostFiles } from "../../places/index.ts";
import type { CustodyJournal } from "../custody.ts";
import { type FailingPlan, KilledError } from "./failing-session.ts";

/** The ports of a host behind one counter: the process dies before or after one act, whichever port it goes through. */
export interface StruckPorts {
  readonly session: CimSession;
  readonly files: HostFiles;
  readonly commands: HostCommands;
  readonly journal: CustodyJournal;
  /** How many acts there were. */
  readonly acts: () => number;
}

/** Strikes the process down at the act of this number, counted from 1; 0 lets it live. With an error only that act fails. */
export function struckPorts(
  ports: Omit<StruckPorts, "acts">,
  plan: {
    readonly at: number;
    readonly when: FailingPlan["when"];
    readonly error?: (() => Error) | undefined;
  },
): StruckPorts {
  let acts = 0;
  let isDead = false;
  const act = async <T>(work: () => Promise<T>): Promise<T> => {
    acts++;
    if (isDead) throw new KilledError("The process is gone");
    if (acts !== plan.at) return await work();
    if (plan.when === "after") await work().catch(() => undefined); // nobody hears a refusal
    if (plan.error !== undefined) throw plan.error();
    isDead = true;
    throw new KilledError(`The process was killed ${plan.when} act ${plan.at}`);
  };
  const { files, commands, journal, session } = ports;
  return {
    acts: () => acts,
    session: struckSession(session, act),
    files: {
      list: async (path) => await act(async () => await files.list(path)),
      stat: async (path) => await act(async () => await files.stat(path)),
      open: async (path) => await act(async () => await files.open(path)),
      create: async (path) => await act(async () => await files.create(path)),
      remove: async (path) => await act(async () => await files.remove(path)),
    },
    commands: {
      run: async (program, options) => await act(async () => await commands.run(program, options)),
    },
    journal: {
      record: async (entry) => await act(async () => await journal.record(entry)),
      amend: async (id, facts) => await act(async () => await journal.amend(id, facts)),
      strike: async (id) => await act(async () => await journal.strike(id)),
      abandoned: async (host) => await journal.abandoned(host),
      adrift: async (host) => await journal.adrift(host),
    },
  };
}

function struckSession(inner: CimSession, act: <T>(work: () => Promise<T>) => Promise<T>): CimSession {
  return {
    async *query(namespace, wql, options) {
      yield* await act(async () => await Array.fromAsync(inner.query(namespace, wql, options)));
    },
    get: async (reference, options) => await act(async () => await inner.get(reference, options)),
    async *associators(reference, options) {
      yield* await act(async () => await Array.fromAsync(inner.associators(reference, options)));
    },
    invoke: async (reference, method, input) =>
      await act(async () => await inner.invoke(reference, method, input)),
    [Symbol.asyncDispose]: async () => {
      await inner[Symbol.asyncDispose]();
    },
  };
}
