import type { CimInstance, CimMethodResult, CimReference, CimValue } from "./model.ts";

export interface CimCallOptions {
  /** Checked before the call and while it waits; an interrupted call may still have reached the host. */
  readonly signal?: AbortSignal | undefined;
}

export interface AssociatorsOptions extends CimCallOptions {
  readonly associationClass?: string | undefined;
  readonly resultClass?: string | undefined;
}

/**
 * The port to a host's management. Everything that Stillpoint knows of Hyper-V is above it; a carrier knows none of it.
 *
 * Calls may overlap. A host's refusal is a `CimFault` with every part that the host sent; a lost connection is a
 * `CimConnectionError`. A method's return value is an answer, not an error.
 */
export interface CimSession extends AsyncDisposable {
  /** Instances of a WQL query (`SELECT * FROM …`), in the host's order. */
  query(namespace: string, wql: string, options?: CimCallOptions): AsyncIterable<CimInstance>;
  /** The instance as it is now, or undefined when there is none (any more). */
  get(reference: CimReference, options?: CimCallOptions): Promise<CimInstance | undefined>;
  /** Instances at the other end of the associations that are named. */
  associators(reference: CimReference, options?: AssociatorsOptions): AsyncIterable<CimInstance>;
  invoke(
    reference: CimReference,
    method: string,
    input: { readonly arguments: Readonly<Record<string, CimValue>> } & CimCallOptions,
  ): Promise<CimMethodResult>;
}
