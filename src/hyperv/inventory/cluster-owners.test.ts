import assert from "node:assert/strict";
import { test } from "node:test";
import { CimFault, type CimSession } from "../../cim/index.ts";
import { HostBridgeError } from "../../cim/powershell/index.ts";
import { HostAuthenticationError } from "../../cim/wsman/index.ts";
import { ScriptedSession } from "../testing/index.ts";
import { readClusterOwners, readVisibleOwners } from "./cluster-owners.ts";

function refusing(error: Error): CimSession {
  const session = new ScriptedSession({ rows: {} });
  session.query = () => {
    throw error;
  };
  return session;
}

const fault = (code: number): CimFault => new CimFault("Cannot query: no", { code, reason: "no" });

test("`readVisibleOwners()` takes a cluster that the account may not look into for none, by whichever carrier it hears so", async () => {
  for (const error of [
    fault(0x80041003),
    new HostAuthenticationError("Cannot query: no", { reason: "not-allowed" }),
    new HostBridgeError("Cannot query: no", { reason: "denied" }),
  ]) {
    assert.deepEqual(await readVisibleOwners(refusing(error)), [], error.code);
    await assert.rejects(readClusterOwners(refusing(error)), error);
  }
});

test("`readVisibleOwners()` hides neither a sign-in that failed nor a bridge that broke", async () => {
  for (const error of [
    fault(0x80041001),
    new HostAuthenticationError("Cannot sign in: no", { reason: "refused" }),
    new HostBridgeError("Cannot start: no", { reason: "failed" }),
  ]) {
    await assert.rejects(readVisibleOwners(refusing(error)), error);
  }
});

test("`readClusterOwners()` of a host without a cluster's namespace or class gives none", async () => {
  for (const code of [0x8004100e, 0x80041010, 0x80041002]) {
    assert.deepEqual(await readClusterOwners(refusing(fault(code))), []);
  }
});
