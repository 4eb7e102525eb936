/** What a request asks for; the answer's action is the same with `Response`, and faults have their own. */
export const ACTION = {
  /** DSP0226 7.3, [MS-WSMV] 3.1.4.2. */
  get: "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get",
  /** DSP0226 7.6, [MS-WSMV] 3.1.4.5. */
  create: "http://schemas.xmlsoap.org/ws/2004/09/transfer/Create",
  /** DSP0226 7.5, [MS-WSMV] 3.1.4.4. */
  delete: "http://schemas.xmlsoap.org/ws/2004/09/transfer/Delete",
  /** DSP0226 8.2, [MS-WSMV] 3.1.4.8. */
  enumerate: "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate",
  /** DSP0226 8.4, [MS-WSMV] 3.1.4.9. */
  pull: "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Pull",
  /** DSP0226 8.5, [MS-WSMV] 3.1.4.10. */
  release: "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Release",
  /** [MS-WSMV] 3.1.4.11. */
  command: "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Command",
  /** [MS-WSMV] 3.1.4.12. */
  signal: "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Signal",
  /** [MS-WSMV] 3.1.4.13. */
  send: "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Send",
  /** [MS-WSMV] 3.1.4.14. */
  receive: "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Receive",
} as const;

/** DSP0226 14.1: actions of answers that are faults. */
export const FAULT_ACTION = {
  wsman: "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault",
  addressing: "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault",
} as const;

export function responseAction(action: string): string {
  return `${action}Response`;
}
