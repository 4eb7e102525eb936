import assert from "node:assert/strict";
import { test } from "node:test";
import { needsKerberos } from "../../testing/kerberos-host.ts";
import { bindNativeLibrary } from "../native-library.ts";
import { bindGssFunctions } from "./gss-functions.ts";

test(
  "`bindGssFunctions()` declares structures as a C compiler lays them out on a 64-bit system",
  needsKerberos(),
  async () => {
    const { sizes } = await bindNativeLibrary("libgssapi_krb5.so.2", bindGssFunctions);
    assert.deepEqual(sizes, { buffer: 16, iov: 24, bindings: 64 });
  },
);
