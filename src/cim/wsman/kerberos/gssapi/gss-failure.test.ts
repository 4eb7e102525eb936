import assert from "node:assert/strict";
import { test } from "node:test";
import { gssError } from "./gss-failure.ts";

const FAILURE = 13 << 16; // GSS_S_FAILURE
const NO_CRED = 7 << 16;
const FACTS = { principal: "backup@CORP.EXAMPLE", service: "HTTP/hv01.corp.example", systemText: "Why" };

test("`gssError()` knows MIT's statuses, as signed or unsigned numbers, and falls back to the general one", () => {
  // values as krb5.h and gssapi_krb5.h print them
  const cases = [
    [FAILURE, -1765328347, "kerberos-clock-skew"], // KRB5KRB_AP_ERR_SKEW
    [FAILURE, -1765328227, "kerberos-clock-skew"], // KRB5_KDCREP_SKEW
    [FAILURE, -1765328352, "kerberos-ticket-missing"], // KRB5KRB_AP_ERR_TKT_EXPIRED
    [FAILURE, -1765328189, "kerberos-ticket-missing"], // KRB5_FCC_NOFILE
    [NO_CRED, -1765328243, "kerberos-ticket-missing"], // KRB5_CC_NOTFOUND
    [NO_CRED, -1765328360, "kerberos-password-refused"], // KRB5KDC_ERR_PREAUTH_FAILED
    [NO_CRED, -1765328366, "kerberos-password-refused"], // KRB5KDC_ERR_CLIENT_REVOKED
    [NO_CRED, -1765328361, "kerberos-password-refused"], // KRB5KDC_ERR_KEY_EXP
    [FAILURE, -1765328377, "kerberos-service-unknown"], // KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN
    [FAILURE, -1765328228, "kerberos-realm-unreachable"], // KRB5_KDC_UNREACH
    [FAILURE, -1765328230, "kerberos-realm-unreachable"], // KRB5_REALM_UNKNOWN
    [FAILURE, -1765328164, "kerberos-realm-unreachable"], // KRB5_REALM_CANT_RESOLVE
    [NO_CRED, 100005, "kerberos-ticket-missing"], // SPNEGO's own numbering
    [11 << 16, 0, "kerberos-ticket-missing"], // GSS_S_CREDENTIALS_EXPIRED
    [FAILURE, 100005, "kerberos-handshake-failed"],
  ] as const;
  for (const [major, minor, code] of cases) {
    for (const written of [minor, minor >>> 0]) {
      const error = gssError({ major, minor: written }, FACTS);
      assert.equal((error as unknown as { code: string }).code, code, String(minor));
      assert.deepEqual([error.major, error.minor, error.systemText], [major, written, "Why"]);
    }
  }
});

test("`gssError()` names who, whom and the system's sentence", () => {
  assert.equal(
    gssError({ major: FAILURE, minor: -1765328347 }, FACTS).message,
    'Cannot sign in to "HTTP/hv01.corp.example" as "backup@CORP.EXAMPLE" with Kerberos: the clocks are too far apart (Why)',
  );
  assert.equal(
    gssError({ major: FAILURE, minor: 0 }, { ...FACTS, principal: undefined }).message,
    'Cannot sign in to "HTTP/hv01.corp.example" with Kerberos: Why',
  );
});
