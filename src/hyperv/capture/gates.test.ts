import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostCommands } from "../../places/index.ts";
import {
  ApplicationConsistencyRequiredError,
  CaptureMethodNotAvailableError,
  DesktopNotSupportedError,
  SharedDiskNotSupportedError,
  TestReplicaSkippedError,
} from "../errors.ts";
import { forecastMachine } from "../forecast/forecast.ts";
import type { HostGeneration } from "../inventory/host-generation.ts";
import type { MachineInventory } from "../inventory/machine-inventory.ts";
import { diskOf, machineOf } from "../testing/index.ts";
import type { Busy } from "./busy.ts";
import { passGates } from "./gates.ts";

function gates(
  changed: Partial<MachineInventory>,
  host: {
    readonly generation?: HostGeneration;
    readonly productType?: 1 | 3;
    readonly requireApplication?: true;
    readonly commands?: HostCommands;
  } = {},
): Busy | undefined {
  const machine = machineOf(changed);
  const { generation = "2019", productType = 3, requireApplication, commands } = host;
  return passGates(machine, forecastMachine(machine, { generation, productType, caption: "Windows" }), {
    requireApplication,
    commands,
  });
}

const COMMANDS: HostCommands = {
  run: async () => ({ exitCode: 0, output: "", errorOutput: "" }),
};

test("`passGates()` lets a machine through that a recovery checkpoint can hold", () => {
  assert.equal(gates({}), undefined);
  assert.equal(gates({ integration: "missing" }), undefined);
  assert.equal(gates({}, { requireApplication: true }), undefined);
  assert.equal(gates({ guestOs: "linux" }, { requireApplication: true }), undefined);
  assert.equal(gates({ power: "off" }, { requireApplication: true }), undefined);
});

test("`passGates()` lets a machine through that needs a shadow copy, where programs can be run", () => {
  assert.equal(gates({}, { generation: "2012r2", commands: COMMANDS }), undefined);
  assert.equal(gates({ configurationVersion: "5.0" }, { generation: "2019", commands: COMMANDS }), undefined);
});

test("`passGates()` gives what to wait for", () => {
  assert.deepEqual(gates({ activity: "merging" }), {
    code: "machine-busy",
    blocking: "It is merging its disks; that ends by itself, then it can be backed up",
  });
  assert.equal(gates({ power: "unknown" })?.code, "machine-unreadable");
});

test("`passGates()` throws for what waiting does not change; each message names the machine and the reason", () => {
  const shared = { disks: [diskOf({ kind: "shared" })] };
  const replication = [{ role: "test-replica", state: "replicating", health: "ok" }] as const;
  const cases = [
    [() => gates({}, { productType: 1 }), DesktopNotSupportedError, /"web01".*needs Windows Server/],
    [() => gates({ replication }), TestReplicaSkippedError, /"web01".*test replica/],
    [() => gates(shared, { generation: "2012r2" }), SharedDiskNotSupportedError, /"web01".*shared VHDX/],
    [
      () => gates({}, { generation: "2012r2" }),
      CaptureMethodNotAvailableError,
      /"web01".*"shadow-copy".*2016 and later/,
    ],
    [
      () => gates({ integration: "missing" }, { requireApplication: true }),
      ApplicationConsistencyRequiredError,
      /"web01".*wanted application-consistent.*No backup integration service/,
    ],
  ] as const;
  for (const [act, type, message] of cases) {
    assert.throws(act, (error) => error instanceof type && message.test(error.message), type.name);
  }
});
