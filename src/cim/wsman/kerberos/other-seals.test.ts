import assert from "node:assert/strict";
import { test } from "node:test";
import { KerberosHost, needsKerberos } from "../testing/kerberos-host.ts";
import { KerberosRealm } from "../testing/kerberos-realm.ts";
import { transportTo } from "../testing/wire.ts";

test(
  "kerberos-seal: a host that seals in another layout is not believed, and one that cannot open ours is told by its status",
  needsKerberos(),
  async () => {
    await using realm = await KerberosRealm.open();
    realm.addUser("backup", "Correct horse 7");
    realm.addService("HTTP/localhost");
    Object.assign(process.env, realm.environment); // each test file has a process of its own
    realm.signIn("backup", "Correct horse 7");
    const cases = [
      ["trailer", { code: "host-answer-tampered" }],
      ["deaf", { code: "host-answer-malformed", message: /it is HTTP 400 without an envelope$/ }],
    ] as const;
    for (const [answers, expected] of cases) {
      await using host = await KerberosHost.open(realm.environment, { answers });
      const options = { host: "localhost", authentication: "kerberos", account: undefined } as const;
      await using client = transportTo(host.port, options);
      await assert.rejects(client.exchange("some text that is long enough", { timeoutMs: 20_000 }), expected);
    }
  },
);
