import assert from "node:assert/strict";
import { test } from "node:test";
import type { HoldWishes } from "../hold-wishes.ts";
import type { HostGeneration } from "../inventory/host-generation.ts";
import type { MachineInventory } from "../inventory/machine-inventory.ts";
import { codesOf, words } from "../testing/forecast-on.ts";
import { diskOf, machineOf } from "../testing/index.ts";
import { forecastMachine } from "./forecast.ts";
import type { Forecast } from "./forecast-types.ts";

function wished(
  wishes: HoldWishes,
  changed: Partial<MachineInventory> = {},
  generation: HostGeneration = "2019",
): Forecast {
  const clustered = new Set([machineOf().id]);
  const host = { generation, productType: 3, caption: "Windows Server", clustered } as const;
  return forecastMachine(machineOf(changed), host, { wishes });
}

const off = { power: "off", integration: "none" } as const;

test("`forecastMachine()` takes the method that is asked for where the host has it", () => {
  const shadow = { method: "shadow-copy" } as const;
  assert.equal(words(wished(shadow)), "application production shadow-copy no");
  assert.equal(words(wished(shadow, { integration: "missing" })), "crash standard shadow-copy no");
  assert.equal(words(wished(shadow, off)), "crash none shadow-copy no");
  assert.equal(words(wished(shadow, { checkpointType: "disabled" })), "crash none shadow-copy possible");
  const recovery = { method: "recovery-checkpoint" } as const;
  assert.equal(words(wished(recovery)), "application production recovery-checkpoint no");
  assert.equal(
    words(wished(recovery, { configurationVersion: "5.0" })),
    "crash standard recovery-checkpoint no",
  );
});

test("`forecastMachine()` refuses recovery checkpoints on hosts before 2016", () => {
  for (const generation of ["2008r2", "2012", "2012r2"] as const) {
    const { possible, refusal, reason } = wished({ method: "recovery-checkpoint" }, {}, generation);
    assert.deepEqual([possible, refusal?.kind, refusal?.code], [false, "refused", "method-not-possible"]);
    assert.match(reason, /came with Windows Server 2016/);
  }
});

test("`forecastMachine()` tells the price of memory that is asked for", () => {
  const forecast = wished({ memory: "include" }, { domainController: false });
  assert.equal(forecast.memory, true);
  assert.equal(words(forecast), "application production recovery-checkpoint no");
  assert.deepEqual(codesOf(forecast), ["memory-by-checkpoint"]);
  assert.match(forecast.warnings[0]?.message ?? "", /two instants.*stand still for a moment/);
  assert.deepEqual(codesOf(wished({ memory: "include" })), [
    "memory-by-checkpoint",
    "domain-controller-unknown",
  ]);
  const offline = wished({ memory: "include" }, off);
  assert.deepEqual([offline.memory, codesOf(offline)], [false, ["memory-not-kept"]]);
});

test("`forecastMachine()` refuses memory where a checkpoint with memory may not or cannot be made", () => {
  const include = { memory: "include" } as const;
  const refused: readonly (readonly [Partial<MachineInventory>, RegExp])[] = [
    [{ domainController: true }, /domain controller/],
    [{ assignedDevices: 2 }, /2 assigned device/],
    [{ fibreChannelPorts: 1 }, /Fibre Channel/],
    [
      { disks: [diskOf({ kind: "pass-through", path: undefined })] },
      /SCSI 0:0 cannot be part of a standard checkpoint/,
    ],
    [{ disks: [diskOf({ kind: "vhds" })] }, /cannot be part of a standard checkpoint/],
  ];
  for (const [changed, reason] of refused) {
    const forecast = wished(include, changed);
    assert.equal(forecast.refusal?.code, "memory-not-possible", String(reason));
    assert.match(forecast.reason, reason);
  }
  assert.equal(wished(include, {}, "2008r2").refusal?.code, "memory-not-possible");
  assert.equal(
    wished(include, { ...off, domainController: true }).possible,
    true,
    "it is off: nothing is made",
  );
});

test("`forecastMachine()` puts excluded disks into the ledger without a warning, and names idle exclusions", () => {
  const disks = [diskOf(), diskOf({ location: 1, kind: "pass-through", path: undefined })];
  const place = { controller: "scsi", number: 0, location: 1 } as const;
  const excludeDisks = [
    { text: "scsi,0,1", disks: { place } },
    { text: "web01:none.vhdx", machine: "web01", disks: { pattern: "none.vhdx" } },
    { text: "db01:none.vhdx", machine: "db01", disks: { pattern: "none.vhdx" } },
  ];
  const { uncovered, warnings, exclusions } = wished({ excludeDisks }, { disks });
  assert.deepEqual(
    uncovered.map(({ disk, why }) => [disk, why]),
    [["SCSI 0:1, physical disk of unknown number", "It was left out on request (scsi,0,1)"]],
  );
  assert.deepEqual(
    warnings.map(({ code, message }) => [code, /web01:none\.vhdx/.test(message)]),
    [["exclusion-without-disk", true]],
  );
  assert.deepEqual(exclusions, ["scsi,0,1", "web01:none.vhdx"]);
});

test("`forecastMachine()` refuses to let a clustered machine be saved on hosts whose writer cannot do it", () => {
  const silent = { integration: "missing" } as const;
  assert.equal(wished({}, silent, "2012").refusal?.code, "clustered-guest-not-saved");
  assert.equal(wished({}, silent, "2012r2").possible, true);
  assert.equal(wished({}, {}, "2012").possible, true);
});
