import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { StillpointError } from "../../base/index.ts";
import { CimAnswerError, type CimInstance, type CimValue } from "../../cim/index.ts";
import { HypervNotInstalledError } from "../errors.ts";
import { forecastMachine } from "../forecast/forecast.ts";
import { hostRows, ROW_MACHINE, row, ScriptedSession } from "../testing/index.ts";
import { onlyMachine } from "../testing/only-machine.ts";
import { readHostFacts, readMachines } from "./read-host.ts";

const SETTINGS = "Msvm_VirtualSystemSettingData";

test("`readHostFacts()` says what the host is", async () => {
  await using session = new ScriptedSession({ rows: hostRows() });
  assert.deepEqual(await readHostFacts(session), {
    name: "HV01",
    caption: "Windows Server 2019",
    version: "10.0.17763",
    productType: 3,
    generation: "2019",
    build: 17_763,
    windowsFolder: "C:\\Windows",
  });
});

test("`readHostFacts()` refuses a host that does not say what it is, with a typed error", async () => {
  const wrong = [
    { Version: null },
    { Version: "ten" },
    { Version: "5.2.3790" },
    { ProductType: "server" },
    { ProductType: 9 },
  ];
  for (const properties of wrong) {
    const system = { Caption: "Windows", Version: "10.0.17763", ProductType: 3, ...properties };
    const rows = hostRows({ Win32_OperatingSystem: [row("Win32_OperatingSystem", system, [])] });
    await using session = new ScriptedSession({ rows });
    await assert.rejects(readHostFacts(session), CimAnswerError, JSON.stringify(properties));
  }
  await using empty = new ScriptedSession({ rows: hostRows({ Win32_ComputerSystem: [] }) });
  await assert.rejects(readHostFacts(empty), CimAnswerError);
});

test("`readMachines()` leaves out the host's own computer system, and joins the rest to machines", async () => {
  const machine = await onlyMachine(hostRows());
  assert.equal(machine.id, ROW_MACHINE.toLowerCase());
  assert.deepEqual(
    [machine.name, machine.power, machine.generation, machine.configurationVersion, machine.checkpointType],
    ["web01", "running", 2, "9.0", "production"],
  );
  assert.deepEqual([machine.integration, machine.guestOs, machine.scsiControllers], ["ok", "windows", 1]);
  assert.deepEqual(machine.disks, [
    { controller: "scsi", number: 0, location: 0, path: "D:\\M\\m.vhdx", kind: "vhdx" },
  ]);
  assert.deepEqual([machine.puzzles, machine.hasSettings], [[], true]);
});

test("`readMachines()` takes a class that the host lacks for empty, unless nothing can be said without it", async () => {
  const { Msvm_VssComponent: _gone, ...rest } = hostRows();
  assert.equal((await onlyMachine(rest)).integration, "missing");
  const { Msvm_VirtualSystemSettingData: _settings, ...without } = hostRows();
  await using session = new ScriptedSession({ rows: without });
  await assert.rejects(readMachines(session), { code: "host-fault" });
});

test("`readMachines()` says that a computer without either namespace has no Hyper-V", async () => {
  const missingNamespaces = ["root\\virtualization\\v2", "root\\virtualization"];
  await using session = new ScriptedSession({ rows: {}, missingNamespaces });
  await assert.rejects(readMachines(session), HypervNotInstalledError);
});

test("`readMachines()` says what it does not understand, and leaves the machine in the list", async () => {
  assert.deepEqual((await onlyMachine(hostRows({}, { EnabledState: 77 }))).puzzles, [
    "its EnabledState is 77",
  ]);
  const bare = await onlyMachine(hostRows({ [SETTINGS]: [] }));
  assert.deepEqual([bare.hasSettings, bare.puzzles], [false, ["it has no settings of its own"]]);
  assert.equal((await onlyMachine(hostRows({}, {}, { UserSnapshotType: 99 }))).checkpointType, "unknown");
});

test("`readMachines()` of a host that answers nonsense gives machines or a typed error, never a crash", async () => {
  const junk = fc.oneof(
    fc.constant(null),
    fc.constant(undefined),
    fc.boolean(),
    fc.integer(),
    fc.bigInt(),
    fc.string(),
    fc.constant([]),
    fc.array(fc.oneof(fc.string(), fc.integer(), fc.constant(null))),
    fc.constant({ kind: "instance", className: "X", properties: {} }),
    fc.constant({ kind: "reference", namespace: "", className: "", keys: {} }),
  );
  const classes = Object.keys(hostRows());
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...classes), fc.nat(20), junk, async (className, which, value) => {
      const rows: Record<string, readonly CimInstance[]> = hostRows();
      rows[className] = (rows[className] ?? []).map((instance) => {
        const names = Object.keys(instance.properties);
        const name = names[which % names.length] ?? "";
        return { ...instance, properties: { ...instance.properties, [name]: value as CimValue } };
      });
      await using session = new ScriptedSession({ rows });
      try {
        const facts = await readHostFacts(session);
        for (const machine of await readMachines(session)) {
          assert.ok(forecastMachine(machine, facts).reason.length > 0);
        }
      } catch (error) {
        assert.ok(
          error instanceof StillpointError,
          `${className}: ${error instanceof Error ? error.stack : ""}`,
        );
      }
    }),
    { numRuns: 400 },
  );
});
