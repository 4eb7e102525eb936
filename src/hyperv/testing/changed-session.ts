import {
  CimFault,
  type CimInstance,
  type CimMethodResult,
  type CimReference,
  type CimSession,
  type CimValue,
} from "../../cim/index.ts";

export interface SessionChanges {
  /** Changes what a query of this class gives; gives the rows. Throws where the host refuses the query. */
  readonly rows?: Readonly<
    Record<string, (rows: readonly CimInstance[], wql: string) => readonly CimInstance[]>
  >;
  /** Changes the instance of this class that a get gives. */
  readonly got?: Readonly<Record<string, (instance: CimInstance) => CimInstance>>;
  /** Answers a method in the host's place; `goOn` asks the host. */
  readonly methods?: Readonly<Record<string, Answer>>;
}

type Arguments = Readonly<Record<string, CimValue>>;
type Answer = (
  asked: Arguments,
  goOn: (changed?: Arguments) => Promise<CimMethodResult>,
) => Promise<CimMethodResult>;

/** A host that answers otherwise than the simulated one, where nobody knows what a real one answers. */
export function changedSession(inner: CimSession, changes: SessionChanges): CimSession {
  return {
    async *query(namespace, wql, options) {
      const className = /\bFROM (\w+)/i.exec(wql)?.[1] ?? "";
      const change = changes.rows?.[className];
      if (change === undefined) yield* inner.query(namespace, wql, options);
      else yield* change(await rowsOf(inner.query(namespace, wql, options)), wql);
    },
    get: async (reference, options) => {
      const instance = await inner.get(reference, options);
      const change = changes.got?.[reference.className];
      return instance === undefined || change === undefined ? instance : change(instance);
    },
    associators: (reference, options) => inner.associators(reference, options),
    invoke: async (reference: CimReference, method, input) => {
      const goOn = async (changed: Arguments = input.arguments): Promise<CimMethodResult> =>
        await inner.invoke(reference, method, { ...input, arguments: changed });
      const answer = changes.methods?.[method];
      return answer === undefined ? await goOn() : await answer(input.arguments, goOn);
    },
    [Symbol.asyncDispose]: async () => {
      await inner[Symbol.asyncDispose]();
    },
  };
}

/** A row with other properties; those that are undefined are not there. */
export function rowWith(
  row: CimInstance,
  changed: Readonly<Record<string, CimValue | undefined>>,
): CimInstance {
  const properties = Object.entries({ ...row.properties, ...changed });
  const known = properties.filter((entry): entry is [string, CimValue] => entry[1] !== undefined);
  return { ...row, properties: Object.fromEntries(known) };
}

/** What a host answers that has no such class. */
export function noSuchClass(): never {
  throw new CimFault("Cannot query: there is no such class", { code: 0x8004_1010, reason: "invalid class" });
}

/** A class that the simulated host has not is empty. */
async function rowsOf(answer: AsyncIterable<CimInstance>): Promise<readonly CimInstance[]> {
  try {
    return await Array.fromAsync(answer);
  } catch (error) {
    if (error instanceof CimFault) return [];
    throw error;
  }
}
