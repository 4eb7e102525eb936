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
    /**
     * Which acts are counted; all, if nothing else is said. Between two changes a death leaves always the same, or a script
     * that the journal has.
     */
    readonly counted?: "changes" | undefined;
  },
): StruckPorts {
  let acts = 0;
  let isDead = false;
  const ask = async <T>(work: () => Promise<T>): Promise<T> => {
    if (plan.counted !== "changes") return await act(work);
    if (isDead) throw new KilledError("The process is gone");
    return await work();
  };
  const act = async <T>(work: () => Promise<T>): Promise<T> => {
    acts++;
    if (isDead) throw new KilledError("The process is gone");
    if (acts !== plan.at) return await work();
    if (plan.when === "after") await unheard(work);
    if (plan.error !== undefined) throw plan.error();
    isDead = true;
    throw new KilledError(`The process was killed ${plan.when} act ${plan.at}`);
  };
  const { files, commands, journal, session } = ports;
  return {
    acts: () => acts,
    session: struckSession(session, { ask, act }),
    files: {
      list: async (path) => await ask(async () => await files.list(path)),
      stat: async (path) => await ask(async () => await files.stat(path)),
      open: async (path) => await ask(async () => await files.open(path)),
      create: async (path) => await ask(async () => await files.create(path)),
      remove: async (path) => await ask(async () => await files.remove(path)),
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

/** Nobody hears a refusal; what a process has open is closed when it dies. */
async function unheard(work: () => Promise<unknown>): Promise<void> {
  const done = await work().catch(() => undefined);
  const isOpen = typeof done === "object" && done !== null && Symbol.asyncDispose in done;
  if (isOpen) await (done as AsyncDisposable)[Symbol.asyncDispose]();
}

type Doing = <T>(work: () => Promise<T>) => Promise<T>;

function struckSession(
  inner: CimSession,
  { ask, act }: { readonly ask: Doing; readonly act: Doing },
): CimSession {
  return {
    async *query(namespace, wql, options) {
      yield* await ask(async () => await Array.fromAsync(inner.query(namespace, wql, options)));
    },
    get: async (reference, options) => await ask(async () => await inner.get(reference, options)),
    async *associators(reference, options) {
      yield* await ask(async () => await Array.fromAsync(inner.associators(reference, options)));
    },
    invoke: async (reference, method, input) =>
      await act(async () => await inner.invoke(reference, method, input)),
    [Symbol.asyncDispose]: async () => {
      await inner[Symbol.asyncDispose]();
    },
  };
}
