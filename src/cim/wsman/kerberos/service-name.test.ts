import assert from "node:assert/strict";
import { test } from "node:test";
import { KerberosHost, needsKerberos } from "../testing/kerberos-host.ts";
import { KerberosRealm } from "../testing/kerberos-realm.ts";
import { transportTo } from "../testing/wire.ts";

test(
  "kerberos-service-name: where a host answers for WSMAN/<name> only, its service is told as unknown, by the name that was asked for",
  needsKerberos(),
  async () => {
    await using realm = await KerberosRealm.open();
    realm.addUser("backup", "Correct horse 7");
    realm.addService("WSMAN/localhost");
    Object.assign(process.env, realm.environment); // each test file has a process of its own
    realm.signIn("backup", "Correct horse 7");
    await using host = await KerberosHost.open(realm.environment);
    const options = { host: "localhost", authentication: "kerberos", account: undefined } as const;
    await using client = transportTo(host.port, options);
    await assert.rejects(client.exchange("x", { timeoutMs: 20_000 }), {
      code: "kerberos-service-unknown",
      message: /"HTTP\/localhost"/,
    });
  },
);
