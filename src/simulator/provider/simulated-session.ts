import { throwIfInterrupted } from "../../base/index.ts";
import {
  type AssociatorsOptions,
  type CimCallOptions,
  CimConnectionError,
  CimFault,
  type CimInstance,
  type CimMethodResult,
  type CimReference,
  type CimSession,
  type CimValue,
} from "../../cim/index.ts";
import type { ActContext } from "../acts/act-context.ts";
import type { HostEngine, MetFault } from "../host-engine.ts";
import { associatedWith } from "./associations.ts";
import { classOf } from "./catalogue.ts";
import { type CimClass, type HostView, instanceOf, viewOf } from "./host-view.ts";
import { answerMethod } from "./methods.ts";
import { scalarText } from "./scalar-text.ts";
import { meets, parseWql, type WqlQuery } from "./wql.ts";

/** The host's CIM provider, answering in this process. */
export class SimulatedSession implements CimSession {
  readonly #engine: HostEngine;
  #closed = false;

  constructor(engine: HostEngine) {
    this.#engine = engine;
  }

  async *query(namespace: string, wql: string, options?: CimCallOptions): AsyncIterable<CimInstance> {
    const query = parseWql(wql, namespace);
    yield* await this.#call("query", options, async (view) =>
      query.kind === "select" ? selected(view, namespace, query) : associatedWith(view, query.of, query),
    );
  }

  async get(reference: CimReference, options?: CimCallOptions): Promise<CimInstance | undefined> {
    return await this.#call("get", options, async (view) => {
      const cimClass = classOf(view, reference.namespace, reference.className);
      return instances(view, reference.namespace, cimClass).find((one) => isNamedBy(one, reference));
    });
  }

  async *associators(reference: CimReference, options?: AssociatorsOptions): AsyncIterable<CimInstance> {
    yield* await this.#call("associators", options, async (view) =>
      associatedWith(view, reference, options ?? {}),
    );
  }

  async invoke(
    reference: CimReference,
    method: string,
    input: { readonly arguments: Readonly<Record<string, CimValue>> } & CimCallOptions,
  ): Promise<CimMethodResult> {
    return await this.#call(
      method,
      input,
      async (view, context, { fault }) =>
        await answerMethod(method, { context, view, on: reference, arguments: input.arguments, fault }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
  }

  async #call<T>(
    event: string,
    options: CimCallOptions | undefined,
    answer: (view: HostView, context: ActContext, met: MetFault) => Promise<T>,
  ): Promise<T> {
    throwIfInterrupted(options?.signal);
    if (this.#closed) throw new CimConnectionError(`Cannot call "${event}": the session is closed`);
    return await this.#engine.call(event, async (context, met) => {
      const { fault } = met;
      const isPlain = ["query", "get", "associators"].includes(event);
      if (typeof fault === "object" && (isPlain || fault.at === "fault")) throw scriptedFault(event, fault);
      return await answer(viewOf(context.host, context.clock.now()), context, met);
    });
  }
}

function scriptedFault(event: string, fault: { errorCode: number; errorDescription: string }): CimFault {
  return new CimFault(`Cannot answer "${event}": ${fault.errorDescription}`, {
    code: fault.errorCode,
    reason: fault.errorDescription,
    provider: "simulated host",
  });
}

function selected(
  view: HostView,
  namespace: string,
  query: Extract<WqlQuery, { kind: "select" }>,
): readonly CimInstance[] {
  const cimClass = classOf(view, namespace, query.className);
  return instances(view, namespace, cimClass)
    .filter(
      (one) =>
        query.anyOf.length === 0 ||
        query.anyOf.some((all) =>
          all.every((condition) => meets(valueOf(one, condition.property), condition)),
        ),
    )
    .map((one) => projected(one, query.properties));
}

function instances(view: HostView, namespace: string, cimClass: CimClass): readonly CimInstance[] {
  return cimClass.instances(view).map((properties) => instanceOf(namespace, cimClass, properties));
}

function projected(instance: CimInstance, properties: readonly string[]): CimInstance {
  if (properties.length === 0) return instance;
  const wanted = new Set(properties.map((name) => name.toLowerCase()));
  const kept = Object.entries(instance.properties).filter(([name]) => wanted.has(name.toLowerCase()));
  return { ...instance, properties: Object.fromEntries(kept) };
}

/** Property names compare without case. */
function valueOf(instance: CimInstance, property: string): CimValue | undefined {
  return Object.entries(instance.properties).find(
    ([name]) => name.toLowerCase() === property.toLowerCase(),
  )?.[1];
}

/** Keys compare without case, as WMI has it; those that the reference leaves out do not matter. */
function isNamedBy(instance: CimInstance, reference: CimReference): boolean {
  return Object.entries(reference.keys).every(
    ([key, value]) => scalarText(valueOf(instance, key)).toLowerCase() === String(value).toLowerCase(),
  );
}
