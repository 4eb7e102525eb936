/** Carries a refusal of WS-Management itself up to where it becomes a fault; it never leaves the service. */
export class WsmanFaultError extends Error {
  readonly wsmanCode: number;
  /** The SOAP subcode's local name, where it is not the usual one. */
  readonly subcode: string | undefined;

  constructor(wsmanCode: number, message: string, subcode?: string) {
    super(message);
    this.wsmanCode = wsmanCode;
    this.subcode = subcode;
  }
}
