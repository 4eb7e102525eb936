import assert from "node:assert/strict";
import { test } from "node:test";
import { guid } from "../../base/index.ts";
import { type MachineHost, MachineOnOtherNodeError } from "../../hyperv/index.ts";
import { MachineUnknownError } from "../../policy/index.ts";
import { machinesOn } from "./machines-on.ts";

const ELSEWHERE = { id: guid("7b1f0d6e-3c50-4b0c-9c67-0f5e1d2a3b01"), name: "web01", node: "HV02" };
const { signal } = new AbortController();

function host(parts: Partial<MachineHost>): MachineHost {
  return { facts: { name: "HV01" }, machines: async () => [], ...parts } as unknown as MachineHost;
}

test("`machinesOn()` says on which node of the cluster a machine is, by name and by id", async () => {
  const node = host({ elsewhere: async () => [ELSEWHERE] });
  for (const name of ["WEB01", ELSEWHERE.id.toUpperCase()]) {
    await assert.rejects(machinesOn(node, { names: [name] }, { signal }), (error) => {
      assert.ok(error instanceof MachineOnOtherNodeError);
      assert.match(error.message, /"web01" from "HV01": it is on node "HV02" of the cluster/);
      return true;
    });
  }
  await assert.rejects(machinesOn(node, { names: ["db01"] }, { signal }), MachineUnknownError);
});

test("`machinesOn()` leaves machines of other nodes out of all machines, and knows hosts without a cluster", async () => {
  assert.deepEqual(
    await machinesOn(host({ elsewhere: async () => [ELSEWHERE] }), { all: true }, { signal }),
    [],
  );
  await assert.rejects(machinesOn(host({}), { names: ["web01"] }, { signal }), MachineUnknownError);
});
