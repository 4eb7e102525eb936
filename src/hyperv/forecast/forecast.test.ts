import assert from "node:assert/strict";
import { test } from "node:test";
import { machineOf } from "../testing/index.ts";
import { forecastMachine } from "./forecast.ts";

const HOST = { generation: "2019", productType: 3, caption: "Windows Server 2019" } as const;

test("`forecastMachine()` is pure: the same inventory gives the same forecast, and is not changed", () => {
  const machine = machineOf({ vtpm: true, fibreChannelPorts: 1 });
  const before = structuredClone(machine);
  const first = forecastMachine(machine, HOST);
  assert.deepEqual(forecastMachine(machine, HOST), first);
  assert.deepEqual(machine, before);
});

test("`forecastMachine()` names a refusal exactly where no backup is possible", () => {
  for (const machine of [machineOf(), machineOf({ power: "off" }), machineOf({ activity: "merging" })]) {
    const forecast = forecastMachine(machine, HOST);
    assert.equal(forecast.refusal === undefined, forecast.possible);
    assert.equal(forecast.consistency === null, !forecast.possible);
    assert.equal(forecast.method === null, !forecast.possible);
  }
});

test("`forecastMachine()` says the same in German", () => {
  const host = { generation: "2019", productType: 3, caption: "Windows Server 2019" } as const;
  const machine = machineOf({ power: "merging", vtpm: true });
  const forecast = forecastMachine(machine, host, { language: "de" });
  assert.match(forecast.reason, /^Sie wird gerade mit ihren Prüfpunktdatenträgern zusammengeführt;/);
  assert.match(forecast.warnings[0]?.message ?? "", /virtuelles TPM/);
});
