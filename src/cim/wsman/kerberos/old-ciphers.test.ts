import assert from "node:assert/strict";
import { test } from "node:test";
import { KerberosHost, type KerberosHostOptions, needsKerberos } from "../testing/kerberos-host.ts";
import { KerberosRealm } from "../testing/kerberos-realm.ts";
import { transportTo } from "../testing/wire.ts";

/** Echoes of a host in a realm with RC4 keys; it takes the byte that MIT's library pads our envelopes with. */
async function echoes(options: KerberosHostOptions = {}): Promise<void> {
  await using realm = await KerberosRealm.open({ encryption: "arcfour-hmac" });
  realm.addUser("backup", "Correct horse 7");
  realm.addService("HTTP/localhost");
  Object.assign(process.env, realm.environment); // each test file has a process of its own
  realm.signIn("backup", "Correct horse 7");
  await using host = await KerberosHost.open(realm.environment, options);
  await using client = transportTo(host.port, {
    host: "localhost",
    authentication: "kerberos",
    account: undefined,
  });
  for (const text of ["one", "x".repeat(100_000), "three"])
    assert.equal(await client.exchange(text, { timeoutMs: 20_000 }), `<echo>${text}</echo>`);
}

test(
  "kerberos-rc4-padding: for a realm with RC4 keys a host is read that pads nothing, as Windows does",
  needsKerberos(),
  async () => await echoes({ answers: "unpadded" }),
);

test(
  "kerberos-rc4-padding: for a realm with RC4 keys a host that pads its answers with a byte is read without it",
  needsKerberos(),
  async () => await echoes(),
);
