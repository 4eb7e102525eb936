import type {
  AssociatorsOptions,
  CimCallOptions,
  CimInstance,
  CimMethodResult,
  CimReference,
  CimSession,
  CimValue,
} from "../../cim/index.ts";
import { METHOD } from "../cim-names.ts";

/** Methods that only answer. Nothing else of a host can be called by a probe. */
export const HARMLESS_METHODS: ReadonlySet<string> = new Set([METHOD.diskSettings, METHOD.diskInfo]);

/** A session for those who must not change anything. */
export class HarmlessSession {
  readonly #session: CimSession;

  constructor(session: CimSession) {
    this.#session = session;
  }

  /** All rows of a query. */
  async rows(namespace: string, wql: string, options?: CimCallOptions): Promise<readonly CimInstance[]> {
    return await Array.fromAsync(this.#session.query(namespace, wql, options));
  }

  async get(reference: CimReference, options?: CimCallOptions): Promise<CimInstance | undefined> {
    return await this.#session.get(reference, options);
  }

  async associated(reference: CimReference, options?: AssociatorsOptions): Promise<readonly CimInstance[]> {
    return await Array.fromAsync(this.#session.associators(reference, options));
  }

  /** @throws {TypeError} for a method that is not among the harmless ones */
  async ask(
    reference: CimReference,
    method: string,
    input: { readonly arguments: Readonly<Record<string, CimValue>> } & CimCallOptions,
  ): Promise<CimMethodResult> {
    if (!HARMLESS_METHODS.has(method)) throw new TypeError(`A probe does not call "${method}"`);
    return await this.#session.invoke(reference, method, input);
  }
}
