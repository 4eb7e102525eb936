import { type Clock, MIB, systemClock, throwIfInterrupted } from "../../base/index.ts";
import {
  type AssociatorsOptions,
  CimAnswerError,
  type CimCallOptions,
  CimFault,
  type CimInstance,
  type CimMethodResult,
  type CimReference,
  type CimSession,
  type CimValue,
  excerptOf,
  optionalTextOf,
} from "../index.ts";
import { associatorsQuery } from "../text/index.ts";
import { type BridgeCall, BridgeCaller, type BridgeReply } from "./bridge-caller.ts";
import { HostBridgeError } from "./errors.ts";
import type { BridgeAnswer, BridgeFault } from "./lines/answer.ts";
import { objectPathOf } from "./lines/object-path.ts";
import { encodeArguments } from "./lines/request.ts";
import { withEmbeddedRead } from "./lines/wire-value.ts";
import { type BridgeLaunch, windowsPowershell, windowsPowershellEnvironment } from "./windows-powershell.ts";

export interface PowershellSessionOptions {
  /** What the process gets; the caller has taken its own secrets out. `SystemRoot` says where Windows is. */
  readonly environment: Readonly<Record<string, string>>;
  readonly clock?: Clock | undefined;
  /** Another program that speaks the same lines. @default Windows PowerShell with the script beside this file */
  readonly launch?: BridgeLaunch | undefined;
  /** After this a call that is not answered fails, and the process is ended. */
  readonly answerTimeoutMs?: number | undefined;
  /** Longer answers are refused: what bounds the memory of a call. */
  readonly maxLineBytes?: number | undefined;
}

type Items = Extract<BridgeAnswer, { readonly kind: "items" }>;

const ANSWER_TIMEOUT_MS = 300_000;
const LISTING_TIMEOUT_MS = 60_000; // WMI's own; its fault says more than our ending the process, so it comes first
const LONGEST_LINE_BYTES = 16 * MIB;
const PORTION = 64; // instances in an answer; the bridge ends a portion earlier when it has 256 Ki characters
const RETURN_VALUE = "ReturnValue";
const WBEM_NOT_FOUND = 0x80041002;
const DENIED: ReadonlySet<number> = new Set([0x80041003, 0x80070005]); // `powershell-unelevated`

/**
 * The CimSession of the computer that this runs on, through one Windows PowerShell process that lives as long as the
 * session. Calls may overlap: they stand in line, listings in portions, so that a long one holds nobody up.
 */
export class PowershellSession implements CimSession {
  readonly #caller: BridgeCaller;

  private constructor(caller: BridgeCaller) {
    this.#caller = caller;
  }

  /** The process starts with the first call. */
  static async open(options: PowershellSessionOptions): Promise<PowershellSession> {
    const caller = new BridgeCaller({
      launch: options.launch ?? windowsPowershell(options.environment),
      environment: windowsPowershellEnvironment(options.environment),
      clock: options.clock ?? systemClock,
      answerTimeoutMs: options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS,
      maxLineBytes: options.maxLineBytes ?? LONGEST_LINE_BYTES,
    });
    return new PowershellSession(caller);
  }

  async *query(namespace: string, wql: string, options: CimCallOptions = {}): AsyncIterable<CimInstance> {
    const { signal } = options;
    const query = { namespace, wql, count: PORTION, timeoutMs: LISTING_TIMEOUT_MS };
    const first = await this.#ask({ requestFor: () => ({ operation: "query", ...query }), signal });
    const on = first.bridge;
    const listing = first.answer.id;
    let isOpen = first.answer.more;
    try {
      yield* first.answer.items;
      while (isOpen) {
        isOpen = false; // whatever goes wrong from here on, the bridge has forgotten the listing
        const { answer } = await this.#ask({
          requestFor: () => ({ operation: "more", listing, count: PORTION }),
          signal,
          on,
        });
        isOpen = answer.more;
        yield* answer.items;
      }
    } finally {
      if (isOpen) this.#caller.cancel(on, listing);
    }
  }

  async get(reference: CimReference, options: CimCallOptions = {}): Promise<CimInstance | undefined> {
    const { answer } = await this.#caller.call({
      requestFor: (machine) => ({ operation: "get", path: objectPathOf(reference, machine) }),
      signal: options.signal,
    });
    if (answer.kind === "fault" && answer.fault.code === WBEM_NOT_FOUND) return undefined;
    return onlyItem(itemsOf(answer), reference.className);
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
    const { answer } = await this.#ask({
      requestFor: (machine) => ({
        operation: "invoke",
        path: objectPathOf(reference, machine),
        namespace: reference.namespace,
        method,
        arguments: encodeArguments(input.arguments, machine),
      }),
      signal,
    });
    const { [RETURN_VALUE]: returnValue, ...out } = onlyItem(answer, method).properties;
    if (typeof returnValue !== "number" || !Number.isInteger(returnValue)) {
      throw new CimAnswerError(`Cannot read what "${method}" answered: it has no return value`);
    }
    const read = Object.entries(out).map(([name, value]) => [name, withEmbeddedRead(value)] as const);
    return { returnValue, out: Object.fromEntries(read) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#caller[Symbol.asyncDispose]();
  }

  async #ask(call: BridgeCall): Promise<{ readonly answer: Items; readonly bridge: BridgeReply["bridge"] }> {
    const { answer, bridge } = await this.#caller.call(call);
    return { answer: itemsOf(answer), bridge };
  }
}

function itemsOf(answer: BridgeReply["answer"]): Items {
  if (answer.kind === "items") return answer;
  throw refusal(answer.fault);
}

function onlyItem(answer: Items, what: string): CimInstance {
  const [item] = answer.items;
  if (item !== undefined) return item;
  throw new CimAnswerError(`Cannot read the answer for "${what}": it is empty`);
}

/**
 * Everything that WMI says of a refusal (`__ExtendedStatus`: Description, Operation, ParameterInfo, ProviderName;
 * `powershell-extended-status`).
 */
function refusal(fault: BridgeFault): CimFault | HostBridgeError {
  const { code, message, type, details } = fault;
  const detail = (name: string): string | undefined =>
    (details && optionalTextOf(details, name)?.trim()) || undefined;
  const reason = excerptOf(detail("Description") ?? (message.trim() || "the host gave no reason"));
  if (DENIED.has(code)) {
    return new HostBridgeError(`Cannot use this computer's management: ${reason}`, { reason: "denied" });
  }
  const operation = detail("Operation");
  const shown = `0x${code.toString(16).padStart(8, "0")}`;
  return new CimFault(`Cannot do "${operation ?? "a call"}": ${reason} (${shown})`, {
    code,
    reason,
    provider: detail("ProviderName"),
    providerFault: [type, operation, detail("ParameterInfo")].filter((part) => part !== undefined).join(" "),
  });
}
