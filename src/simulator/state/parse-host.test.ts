import assert from "node:assert/strict";
import { test } from "node:test";
import { SimulatedHostInvalidError } from "../errors.ts";
import { parseHost } from "./parse-host.ts";

const HOST = {
  name: "HV01",
  os: { caption: "Windows Server 2019", version: "10.0.17763", productType: 3 },
  machines: [
    {
      id: "7b1f0d6e-3c50-4b0c-9c67-0f5e1d2a3b01",
      name: "web01",
      state: "running",
      configurationVersion: "9.0",
      disks: [{ controller: "scsi", number: 0, location: 0, path: "D:\\M\\m.vhdx" }],
    },
  ],
};

function refusal(change: (host: typeof HOST) => void): SimulatedHostInvalidError {
  const host = structuredClone(HOST);
  change(host);
  try {
    parseHost(JSON.stringify(host), "h");
  } catch (error) {
    assert.ok(error instanceof SimulatedHostInvalidError);
    return error;
  }
  throw new assert.AssertionError({ message: "it was accepted" });
}

test("`parseHost()` prints identifiers in upper case and accepts them in any, with braces", () => {
  const braced = structuredClone(HOST);
  Object.assign(braced.machines[0] as object, { id: "{7b1f0d6e-3C50-4b0c-9c67-0f5e1d2a3b01}" });
  assert.equal(
    parseHost(JSON.stringify(braced), "h").machines[0]?.id,
    "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B01",
  );
});

test("`parseHost()` gives what architecture.md lets a host leave out", () => {
  const machine = parseHost(JSON.stringify(HOST), "h").machines[0];
  assert.deepEqual(machine?.checkpoints, []);
  assert.equal(machine?.scsiControllers, 1);
  assert.deepEqual(machine?.replication, { mode: "none", state: "disabled" });
  assert.equal(machine?.configurationRoot, "C:\\ProgramData\\Microsoft\\Windows\\Hyper-V");
});

test("`parseHost()` keeps fields that it does not know, at every level", () => {
  const host = structuredClone(HOST) as Record<string, unknown>;
  host["comment"] = "mine";
  Object.assign(HOST.machines[0]?.disks[0] ?? {}, {});
  const machines = host["machines"] as { disks: Record<string, unknown>[] }[];
  Object.assign(machines[0] ?? {}, { owner: "me" });
  Object.assign(machines[0]?.disks[0] ?? {}, { note: 5 });
  const parsed = parseHost(JSON.stringify(host), "h");
  assert.equal(parsed["comment"], "mine");
  assert.equal(parsed.machines[0]?.["owner"], "me");
  assert.equal(parsed.machines[0]?.disks[0]?.["note"], 5);
});

test("`parseHost()` names the field that is wrong", () => {
  const cases: readonly [string, (host: typeof HOST) => void][] = [
    ["machines[0].id", (host) => Object.assign(host.machines[0] as object, { id: "web01" })],
    ["machines[0].state", (host) => Object.assign(host.machines[0] as object, { state: "on" })],
    [
      "machines[0].disks[0].path",
      (host) => Object.assign(host.machines[0]?.disks[0] as object, { path: "m.vhdx" }),
    ],
    ["machines[0].guest.vss", (host) => Object.assign(host.machines[0] as object, { guest: { vss: "yes" } })],
    ["os.version", (host) => Object.assign(host.os, { version: "ten" })],
    ["name", (host) => Object.assign(host, { name: 5 })],
    ["faults[0].instead", (host) => Object.assign(host, { faults: [{ method: "x", instead: "explode" }] })],
  ];
  for (const [field, change] of cases) {
    const error = refusal(change);
    assert.equal(error.field, field);
    assert.match(
      error.message,
      new RegExp(`^Cannot use the simulated host "h": "${field.replaceAll(/[[\].]/g, "\\$&")}" `),
    );
  }
});

test("`parseHost()` refuses two machines of one id, and text that is no JSON", () => {
  assert.equal(
    refusal((host) => host.machines.push(structuredClone(host.machines[0] as never))).field,
    "machines[1].id",
  );
  assert.throws(() => parseHost("{", "h"), { code: "simulated-host-invalid", field: "" });
});
