/** Carries a refusal of WS-Management itself up to where it becomes a fault; it never leaves the service. */
export class WsmanFaultError extends Error {
  readonly wsmanCode: number;

  constructor(wsmanCode: number, message: string) {
    super(message);
    this.wsmanCode = wsmanCode;
  }
}
