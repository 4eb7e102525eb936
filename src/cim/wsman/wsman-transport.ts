/** Carries one envelope to the host and its answer back. Exchanges that overlap wait for each other. */
export interface WsmanTransport extends AsyncDisposable {
  /** What goes into `wsa:To`. */
  readonly endpoint: string;
  /**
   * The answer's envelope, also where it is a fault. An interrupted exchange may have reached the host.
   * @throws {CimConnectionError} when there is no answer in time, or no connection
   * @throws {HostAuthenticationError} {HostCertificateError} {HostSealError} {HostEnvelopeError} {CimAnswerError}
   */
  exchange(
    envelope: string,
    options: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
  ): Promise<string>;
}
