/** An object identifier as GSSAPI takes it: the contents of its DER form. */
export interface Oid {
  readonly length: number;
  readonly elements: Uint8Array;
}

/** 1.3.6.1.5.5.2, RFC 4178: negotiates the mechanism, which Windows expects under the HTTP scheme Negotiate. */
export const SPNEGO = oid("2b0601050502");
/** 1.2.840.113554.1.2.2, RFC 4121. */
export const KERBEROS = oid("2a864886f712010202");
/** 1.2.840.113554.1.2.1.4, RFC 2744 4.1: `service@host`. */
export const HOST_SERVICE = oid("2a864886f71201020104");
/** 1.2.840.113554.1.2.1.1, RFC 2744 4.2: `user@REALM`. */
export const USER_NAME = oid("2a864886f71201020101");

function oid(digits: string): Oid {
  const elements = new Uint8Array(Buffer.from(digits, "hex"));
  return { length: elements.length, elements };
}
