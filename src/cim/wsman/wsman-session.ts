import { throwIfInterrupted } from "../../base/index.ts";
import {
  type AssociatorsOptions,
  CimAnswerError,
  type CimCallOptions,
  type CimInstance,
  type CimMethodResult,
  type CimReference,
  type CimSession,
  type CimValue,
  isInstance,
} from "../index.ts";
import type { XmlElement } from "../text/index.ts";
import { associatorsQuery } from "../text/index.ts";
import { ClassDescriptions, type SchemaSource } from "./class-descriptions.ts";
import { enumerate } from "./enumeration.ts";
import { selectorsOf } from "./messages/endpoint-reference.ts";
import { WSMAN_CODE } from "./messages/fault.ts";
import { decodeInstance } from "./messages/instance-element.ts";
import { inputBody, methodAction, readOutputBody } from "./messages/invoke.ts";
import { wmiResource } from "./messages/resource-uri.ts";
import { ACTION } from "./soap/actions.ts";
import { errorOf, WsmanCaller, type WsmanCallerOptions } from "./wsman-caller.ts";

export interface WsmanSessionOptions extends WsmanCallerOptions {
  /** Describes classes where the host does not (before Windows Server 2012). */
  readonly schemas?: SchemaSource | undefined;
}

const WBEM_NOT_FOUND = 0x80041002;

/**
 * The CimSession over WS-Management. Takes the transport over and closes it. Calls may overlap; the transport puts them
 * in line.
 */
export class WsmanSession implements CimSession {
  readonly #caller: WsmanCaller;
  readonly #classes: ClassDescriptions;
  readonly #transport: WsmanSessionOptions["transport"];

  private constructor(options: WsmanSessionOptions) {
    this.#caller = new WsmanCaller(options);
    this.#classes = new ClassDescriptions(this.#caller, options.schemas);
    this.#transport = options.transport;
  }

  /** Nothing is sent before the first call. */
  static open(options: WsmanSessionOptions): WsmanSession {
    return new WsmanSession(options);
  }

  async *query(namespace: string, wql: string, options: CimCallOptions = {}): AsyncIterable<CimInstance> {
    const { signal } = options;
    throwIfInterrupted(signal);
    const resourceUri = wmiResource({ namespace, className: "*" });
    for await (const items of enumerate(this.#caller, { resourceUri, wql, signal })) {
      const classNames = [...new Set(items.map(({ name }) => name))];
      await this.#classes.load(
        classNames.map((className) => ({ namespace, className })),
        signal,
      );
      for (const item of items) yield this.#instance(item, namespace);
    }
  }

  async get(reference: CimReference, options: CimCallOptions = {}): Promise<CimInstance | undefined> {
    const { signal } = options;
    throwIfInterrupted(signal);
    const reply = await this.#caller.ask({
      action: ACTION.get,
      resourceUri: wmiResource(reference),
      selectors: selectorsOf(reference),
      signal,
    });
    if (reply.kind === "fault") {
      const { wsmanCode, code } = reply.facts;
      if (wsmanCode === WSMAN_CODE.resourceNotFound || code === WBEM_NOT_FOUND) return undefined;
      throw errorOf({ action: ACTION.get, resourceUri: wmiResource(reference) }, reply.facts);
    }
    if (reply.body === undefined) {
      throw new CimAnswerError(`Cannot read an instance of ${reference.className}: the answer is empty`);
    }
    const { namespace } = reference;
    await this.#classes.load([{ namespace, className: reply.body.name }], signal);
    return this.#instance(reply.body, namespace);
  }

  associators(reference: CimReference, options: AssociatorsOptions = {}): AsyncIterable<CimInstance> {
    return this.query(reference.namespace, associatorsQuery(reference, options), options);
  }

  async invoke(
    reference: CimReference,
    method: string,
    input: { readonly arguments: Readonly<Record<string, CimValue>> } & CimCallOptions,
  ): Promise<CimMethodResult> {
    const { signal } = input;
    throwIfInterrupted(signal);
    const { namespace } = reference;
    const classNames = [reference.className, ...Object.values(input.arguments).flatMap(embeddedClasses)];
    await this.#classes.load(
      [...new Set(classNames)].map((className) => ({ namespace, className })),
      signal,
    );
    const classUri = wmiResource(reference);
    const body = inputBody({ classUri, method }, input.arguments, (className) =>
      this.#classes.get({ namespace, className }),
    );
    const answer = await this.#caller.call({
      action: methodAction(classUri, method),
      resourceUri: classUri,
      selectors: selectorsOf(reference),
      body,
      signal,
    });
    return readOutputBody(answer, { namespace, method, schema: this.#classes.get(reference) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transport[Symbol.asyncDispose]();
  }

  #instance(element: XmlElement, namespace: string): CimInstance {
    return decodeInstance(element, {
      namespace,
      schema: this.#classes.get({ namespace, className: element.name }),
    });
  }
}

/** Classes of the instances that a value holds, at any depth. */
function embeddedClasses(value: CimValue): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item: CimValue) => embeddedClasses(item));
  if (!isInstance(value)) return [];
  return [value.className, ...Object.values(value.properties).flatMap(embeddedClasses)];
}
