import type { Clock } from "../../base/index.ts";
import { type AroundOperation, WSMAN_CODE, WsmanFaultError } from "../../cim/wsman/index.ts";
import type { WireFaultEntry } from "../state/scenario.ts";
import { WireBreak, type WireEnding } from "./wire-ending.ts";
import type { WireLimits } from "./wire-limits.ts";

export interface WireOperationsOptions {
  readonly limits: WireLimits;
  readonly clock: Clock;
  /** What the scenario has in store for an operation, counted. */
  readonly takeFault: (operation: string) => Promise<WireFaultEntry["instead"] | undefined>;
}

/** Counts the operations that go on, ends those that take too long, and lets scripted faults happen. */
export class WireOperations {
  readonly #options: WireOperationsOptions;
  #running = 0;

  constructor(options: WireOperationsOptions) {
    this.#options = options;
  }

  /** For one exchange; `onEnding` hears when its answer does not arrive whole. */
  around(onEnding: (ending: WireEnding) => void): AroundOperation {
    return async (operation, answer) => {
      const { limits } = this.#options;
      if (this.#running >= limits.operations) {
        const reason = `This user is allowed a maximum number of ${limits.operations} concurrent operations, which has been exceeded.`;
        throw new WsmanFaultError(WSMAN_CODE.tooManyOperations, reason, "QuotaLimit");
      }
      this.#running++;
      try {
        const fault = await this.#options.takeFault(operation.name);
        if (fault === undefined) return await answer();
        if (typeof fault === "object") {
          await this.#slow(fault.slowMilliseconds, Math.min(operation.timeoutMs, limits.timeoutMs));
          return await answer();
        }
        return await this.#faulty(fault, { answer, onEnding });
      } finally {
        this.#running--;
      }
    };
  }

  async #faulty(
    fault: Extract<WireFaultEntry["instead"], string>,
    exchange: {
      readonly answer: Parameters<AroundOperation>[1];
      readonly onEnding: (ending: WireEnding) => void;
    },
  ): ReturnType<AroundOperation> {
    switch (fault) {
      case "envelope-too-large":
        throw new WsmanFaultError(
          WSMAN_CODE.maxEnvelopeSizeExceeded,
          "The response size exceeded the maximum envelope size.",
          "EncodingLimit",
        );
      case "access-denied":
        throw new WsmanFaultError(WSMAN_CODE.accessDenied, "Access is denied.", "AccessDenied");
      case "cut":
        exchange.onEnding("cut");
        return await exchange.answer();
      case "nonsense":
      case "unauthorized":
      default:
        throw new WireBreak(fault);
    }
  }

  /** The host gives up where the client does: the operation's own time-out. */
  async #slow(milliseconds: number, timeoutMs: number): Promise<void> {
    await this.#options.clock.sleep(Math.min(milliseconds, timeoutMs));
    if (milliseconds < timeoutMs) return;
    throw new WsmanFaultError(
      WSMAN_CODE.operationTimedOut,
      "The WS-Management service cannot complete the operation within the time specified in OperationTimeout.",
      "TimedOut",
    );
  }
}
