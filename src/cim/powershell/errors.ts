import { type Retry, StillpointError } from "../../base/index.ts";

/** Why Windows PowerShell could not carry a call. */
export type BridgeReason =
  /** There is no such program. */
  | "missing"
  /** It ended, or stayed silent, before it was ready: a policy, an antivirus program, a broken installation. */
  | "failed"
  /** It runs in a restricted language mode (AppLocker, Windows Defender Application Control). */
  | "restricted"
  /** Its script is of another version than this program, it is no Windows PowerShell 5.1, or text does not survive it. */
  | "mismatch"
  /** It said something that is no answer. */
  | "garbled"
  /** An answer is longer than we take. */
  | "overlong"
  /** The account may not use the host's management. */
  | "denied";

const RETRY: Readonly<Record<BridgeReason, Retry>> = {
  missing: "after-repair",
  failed: "after-repair",
  restricted: "after-repair",
  mismatch: "after-repair",
  garbled: "later",
  overlong: "never",
  denied: "after-repair",
};

/** This computer's management could not be asked through Windows PowerShell. */
export class HostBridgeError extends StillpointError {
  readonly code: `host-bridge-${BridgeReason}`;
  readonly retry: Retry;
  readonly reason: BridgeReason;

  constructor(message: string, facts: { readonly reason: BridgeReason } & ErrorOptions) {
    super(message, { cause: facts.cause });
    this.reason = facts.reason;
    this.code = `host-bridge-${facts.reason}`;
    this.retry = RETRY[facts.reason];
  }
}
