/* Accounts with less than all rights, over the wire (docs/unconfirmed.md, `account-…`). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { type HypervHost, openHypervHost } from "../../hyperv/index.ts";
import { MemoryJournal } from "../../hyperv/testing/index.ts";
import { SCENE_MACHINE_ID, sceneHold, WireScene } from "../testing/index.ts";
import type { AccountRights } from "./account-rights.ts";

const ONCE = { patience: { attempts: 1, firstDelayMs: 1, longestDelayMs: 1 } } as const;
const GUIDE = readFileSync(join(import.meta.dirname, "../../../docs/administrator-guide.md"), "utf8");
/** As the guide's script gives it, in this order. */
const NAMESPACES = ["root\\cimv2", "root\\virtualization\\v2"];
const LEAST: AccountRights = {
  groups: ["Remote Management Users", "Hyper-V Administrators"],
  namespaces: NAMESPACES,
};

async function asAccount(rights: AccountRights, work: (host: HypervHost) => Promise<void>): Promise<void> {
  await using there = await WireScene.open({}, { rights });
  const { clock, entropy, host: simulated } = there.scene;
  const ports = { files: simulated.files(), clock, entropy, journal: new MemoryJournal(), hostKey: "wire" };
  await work(await openHypervHost({ ...ports, session: there.session }));
  assert.deepEqual(await simulated.audit(), []);
  assert.deepEqual(there.failures, []);
}

const isHeld = async (host: HypervHost): Promise<void> => {
  assert.equal((await host.machines()).length, 1);
  const held = await host.hold(SCENE_MACHINE_ID, sceneHold(ONCE));
  assert.equal(held.reached, "application");
  assert.deepEqual((await held.release()).leftBehind, []);
};

describe("an account over WinRM", () => {
  test("account-least: with both groups and Remote Enable on the guide's namespaces machines are listed and held", async () => {
    await asAccount(LEAST, isHeld);
  });

  test("account-least: a namespace more that it lacks is named by the host's refusal, with 0x80041003", async () => {
    const without = { ...LEAST, namespaces: ["root\\cimv2"] };
    await asAccount(without, async (host) => {
      const message = 'Cannot do "Enumerate" in "root\\virtualization\\v2": Access denied (0x80041003)';
      await assert.rejects(host.machines(), { code: "host-fault", message });
      await assert.rejects(host.hold(SCENE_MACHINE_ID, sceneHold(ONCE)), { code: "host-fault", message });
    });
  });

  test("account-least: where Hyper-V shows it nothing, nothing is listed, and a backup does not find the machine", async () => {
    await asAccount({ ...LEAST, groups: ["Remote Management Users"] }, async (host) => {
      assert.deepEqual(await host.machines(), []);
      await assert.rejects(host.hold(SCENE_MACHINE_ID, sceneHold(ONCE)), { code: "machine-not-found" });
    });
  });

  test("account-winrm-group: who is in no group of WinRM's is refused by name", async () => {
    await using there = await WireScene.open(
      {},
      { rights: { ...LEAST, groups: ["Hyper-V Administrators"] } },
    );
    const asked = there.session.query("root\\cimv2", "SELECT * FROM Win32_OperatingSystem");
    await assert.rejects(Array.fromAsync(asked), {
      code: "host-authentication-failed",
      reason: "not-allowed",
      message: 'Cannot do "Enumerate" in "root\\cimv2": the account may not (Access is denied.)',
    });
  });

  test("account-winrm-group: where the group is not needed, its absence changes nothing", async () => {
    const letIn = ["Remote Management Users", "Hyper-V Administrators"] as const;
    await asAccount({ ...LEAST, groups: ["Hyper-V Administrators"], letIn }, isHeld);
  });

  test("account-namespace-script: the guide's script gives what wmimgmt.msc calls Enable Account, Execute Methods and Remote Enable, on namespaces that suffice", async () => {
    const given = /foreach \(\$namespace in ([^)]+)\)/.exec(GUIDE)?.[1] ?? "";
    const namespaces = [...given.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => name);
    assert.deepEqual(namespaces, NAMESPACES);
    // WBEM_ENABLE, WBEM_METHOD_EXECUTE and WBEM_REMOTE_ACCESS of wbemcli.h
    assert.equal(Number(/AccessMask = (0x[\da-f]+)/.exec(GUIDE)?.[1]), 0x1 | 0x2 | 0x20);
    await asAccount({ ...LEAST, namespaces }, isHeld);
  });

  test("account-namespace-script: where it gives nothing, the first namespace is named by the host's refusal", async () => {
    await using there = await WireScene.open({}, { rights: { ...LEAST, namespaces: [] } });
    const asked = there.session.query("root\\cimv2", "SELECT * FROM Win32_OperatingSystem");
    await assert.rejects(Array.fromAsync(asked), {
      code: "host-fault",
      message: 'Cannot do "Enumerate" in "root\\cimv2": Access denied (0x80041003)',
    });
  });
});
