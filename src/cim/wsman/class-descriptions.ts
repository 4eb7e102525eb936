import { CimAnswerError, CimFault } from "../index.ts";
import { type ClassSchema, decodeClassSchema } from "../text/index.ts";
import { HostAuthenticationError } from "./errors.ts";
import type { ClassPlace } from "./messages/resource-uri.ts";
import { schemaTarget } from "./messages/schema-request.ts";
import { ACTION } from "./soap/actions.ts";
import type { WsmanCaller } from "./wsman-caller.ts";

/** Describes classes of hosts that do not do so themselves. */
export type SchemaSource = (place: ClassPlace) => ClassSchema | undefined;

/**
 * What classes say of their properties: answers on the wire carry text without types, so each class is asked for once.
 * Hosts before 2012 cannot be asked; then `fallback` answers, or nobody.
 */
export class ClassDescriptions {
  readonly #caller: WsmanCaller;
  readonly #fallback: SchemaSource;
  readonly #known = new Map<string, ClassSchema | undefined>();

  constructor(caller: WsmanCaller, fallback: SchemaSource = () => undefined) {
    this.#caller = caller;
    this.#fallback = fallback;
  }

  /** What is known by now. */
  get(place: ClassPlace): ClassSchema | undefined {
    return this.#known.get(keyOf(place));
  }

  /** Asks for those that are not known yet; a class that the host does not describe is known as such. */
  async load(places: readonly ClassPlace[], signal?: AbortSignal): Promise<void> {
    for (const place of places) {
      if (this.#known.has(keyOf(place))) continue;
      this.#known.set(keyOf(place), (await this.#ask(place, signal)) ?? this.#fallback(place));
    }
  }

  async #ask(place: ClassPlace, signal: AbortSignal | undefined): Promise<ClassSchema | undefined> {
    try {
      const body = await this.#caller.call({ action: ACTION.get, ...schemaTarget(place), signal });
      return decodeClassSchema(body);
    } catch (error) {
      // an old host, or an account that may read instances only: what follows is still readable, with less certainty
      const isTolerable =
        error instanceof CimFault ||
        error instanceof CimAnswerError ||
        error instanceof HostAuthenticationError;
      if (!isTolerable || (error instanceof HostAuthenticationError && error.reason !== "not-allowed"))
        throw error;
      return undefined;
    }
  }
}

function keyOf({ namespace, className }: ClassPlace): string {
  return `${namespace.replaceAll("/", "\\")}:${className}`.toLowerCase();
}
