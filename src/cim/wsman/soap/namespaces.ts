/** [MS-WSMV] 2.2.1, with the prefixes that our own envelopes use. Readers go by the URI alone. */
export const NS = {
  /** SOAP 1.2. */
  s: "http://www.w3.org/2003/05/soap-envelope",
  /** WS-Addressing of 2004/08. */
  a: "http://schemas.xmlsoap.org/ws/2004/08/addressing",
  /** WS-Enumeration. */
  n: "http://schemas.xmlsoap.org/ws/2004/09/enumeration",
  /** WS-Transfer. */
  x: "http://schemas.xmlsoap.org/ws/2004/09/transfer",
  /** WS-Management, DSP0226. */
  w: "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
  /** Microsoft's extensions of WS-Management. */
  p: "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd",
  /** WS-CIM, DSP0230. */
  cim: "http://schemas.dmtf.org/wbem/wscim/1/common",
  /** [MS-WSMV] 2.2.4.43. */
  f: "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault",
  /** Remote shells, [MS-WSMV] 2.2.1. */
  rsp: "http://schemas.microsoft.com/wbem/wsman/1/windows/shell",
  xsi: "http://www.w3.org/2001/XMLSchema-instance",
} as const;

/** Is bound to `xml` in every document. */
export const XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace";
