import assert from "node:assert/strict";
import { test } from "node:test";
import { KerberosHost, needsKerberos } from "../testing/kerberos-host.ts";
import { KerberosRealm } from "../testing/kerberos-realm.ts";
import { transportTo } from "../testing/wire.ts";

test(
  "`HttpTransport` seals for a realm with RC4 keys, whose padding goes with the data",
  needsKerberos(),
  async () => {
    await using realm = await KerberosRealm.open({ encryption: "arcfour-hmac" });
    realm.addUser("backup", "Correct horse 7");
    realm.addService("HTTP/localhost");
    Object.assign(process.env, realm.environment); // each test file has a process of its own
    realm.signIn("backup", "Correct horse 7");
    await using host = await KerberosHost.open(realm.environment);
    await using client = transportTo(host.port, {
      host: "localhost",
      authentication: "kerberos",
      account: undefined,
    });
    for (const text of ["one", "x".repeat(100_000), "three"]) {
      // MIT's host pads with 01 where Windows does not; all of the data is taken as the message (kerberos-rc4-padding)
      assert.equal(await client.exchange(text, { timeoutMs: 20_000 }), `<echo>${text}</echo>\u0001`);
    }
  },
);
