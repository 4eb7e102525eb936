import assert from "node:assert/strict";
import {
  CimFault,
  type CimInstance,
  type CimMethodResult,
  type CimReference,
  type CimSession,
  type CimValue,
} from "../../cim/index.ts";
import { WBEM } from "../cim-names.ts";

/** One promised call of a method, with its answer and what it changes on the host. */
export interface ScriptedCall {
  readonly method: string;
  readonly answer: CimMethodResult | Error;
  readonly effect?: (() => void) | undefined;
  /** Looks at the arguments that came. */
  readonly check?: ((input: Readonly<Record<string, CimValue>>) => void) | undefined;
}

/**
 * A host of hand-written rows. Queries answer with all rows of their class, whatever they choose; a class without rows does not exist; `get`
 * finds a row by its keys; methods must come in the promised order. Disposing fails when something that was promised was
 * not used; what was not promised fails at once.
 */
export class ScriptedSession implements CimSession {
  /** Rows by class name; change them to let the host move on. */
  readonly rows: Record<string, readonly CimInstance[]>;
  readonly #calls: ScriptedCall[];
  readonly #looks = new Map<string, (() => CimInstance | undefined)[]>();
  readonly queries: string[] = [];
  readonly #affected = new Map<string, readonly CimInstance[]>();
  readonly #missingNamespaces: readonly string[];

  constructor(script: {
    readonly rows: Record<string, readonly CimInstance[]>;
    readonly calls?: readonly ScriptedCall[] | undefined;
    readonly missingNamespaces?: readonly string[] | undefined;
  }) {
    this.rows = script.rows;
    this.#calls = [...(script.calls ?? [])];
    this.#missingNamespaces = script.missingNamespaces ?? [];
  }

  /** Each look at a job gives the next of these states; the last one stays. */
  promiseJob(
    id: string,
    looks: readonly (CimInstance | undefined)[],
    affected: readonly CimInstance[] = [],
  ): void {
    this.#looks.set(
      id,
      looks.map((look) => () => look),
    );
    this.#affected.set(id, affected);
  }

  async *query(namespace: string, wql: string): AsyncIterable<CimInstance> {
    this.queries.push(`${namespace}: ${wql}`);
    if (this.#missingNamespaces.includes(namespace)) throw absent(WBEM.invalidNamespace, namespace);
    const className =
      /^SELECT \* FROM (\w+)(?: WHERE .+)?$/.exec(wql)?.[1] ?? assert.fail(`unexpected query: ${wql}`);
    const rows = this.rows[className];
    if (rows === undefined) throw absent(WBEM.invalidClass, className);
    yield* rows;
  }

  async get(reference: CimReference): Promise<CimInstance | undefined> {
    const id = String(reference.keys["InstanceID"] ?? "");
    const looks = this.#looks.get(id);
    if (looks !== undefined) return (looks.length > 1 ? looks.shift() : looks[0])?.();
    return (this.rows[reference.className] ?? []).find((row) =>
      Object.entries(reference.keys).every(([key, value]) => row.properties[key] === value),
    );
  }

  async *associators(reference: CimReference): AsyncIterable<CimInstance> {
    yield* this.#affected.get(String(reference.keys["InstanceID"])) ?? [];
  }

  async invoke(
    _reference: CimReference,
    method: string,
    input: { readonly arguments: Readonly<Record<string, CimValue>> },
  ): Promise<CimMethodResult> {
    const call = this.#calls.shift();
    assert.equal(method, call?.method, `unexpected call of ${method}`);
    call?.check?.(input.arguments);
    call?.effect?.();
    if (call === undefined || call.answer instanceof Error) throw call?.answer ?? new Error("not promised");
    return call.answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    assert.deepEqual(
      this.#calls.map(({ method }) => method),
      [],
      "promised calls never came",
    );
  }
}

function absent(code: number, what: string): CimFault {
  return new CimFault(`Cannot answer ${what}: absent`, { code, reason: "absent" });
}
