import { type Retry, StillpointError } from "../base/index.ts";

export interface CimFaultParts {
  /** The host's own code: an HRESULT or WMI code as an unsigned 32-bit number. */
  readonly code: number;
  /** Which computer said it. */
  readonly machine?: string | undefined;
  /** The host's sentence, in the host's language. */
  readonly reason: string;
  readonly provider?: string | undefined;
  /** Where the provider lives on that computer. */
  readonly providerPath?: string | undefined;
  readonly providerFault?: string | undefined;
}

/** The host refused a call. Every part of its answer is kept. */
export class CimFault extends StillpointError {
  readonly code = "host-fault";
  readonly retry: Retry = "later";
  readonly parts: CimFaultParts;

  constructor(message: string, parts: CimFaultParts, options?: ErrorOptions) {
    super(message, options);
    this.parts = parts;
  }
}

/** The host could not be reached, or the connection broke in the middle of a call. */
export class CimConnectionError extends StillpointError {
  readonly code = "host-unreachable";
  readonly retry = "later";
}

/** The host answered with something that its own class does not allow. */
export class CimAnswerError extends StillpointError {
  readonly code = "host-answer-malformed";
  readonly retry = "later";
}

/** A value that was to be sent has no form on the wire. */
export class HostArgumentError extends StillpointError {
  readonly code = "host-argument-unusable";
  readonly retry: Retry = "never";
}
