import assert from "node:assert/strict";
import { test } from "node:test";
import { checkpointOf, machineOf } from "../testing/index.ts";
import { decideMemory } from "./memory-decision.ts";

const FILES = [{ path: "D:\\x.vmrs", role: "memory" }] as const;

test("`decideMemory()` keeps a saved machine's memory only when the checkpoint and its files hold it", () => {
  const machine = machineOf({ power: "saved" });
  const kept = { checkpoint: checkpointOf({ memory: true }), files: FILES, level: "crash" } as const;
  assert.deepEqual(decideMemory(machine, kept), { kept: true });
  for (const lost of [
    { ...kept, checkpoint: checkpointOf() },
    { ...kept, files: [] },
  ]) {
    const { kept, reason } = decideMemory(machine, lost);
    assert.deepEqual(
      [kept, reason],
      [false, "the machine is saved, but its saved state is not in what was held"],
    );
  }
});

test("`decideMemory()` says why the memory of any other machine is not kept", () => {
  const held = { checkpoint: checkpointOf(), files: [], level: "application" } as const;
  assert.equal(
    decideMemory(machineOf({ power: "off" }), held).reason,
    "the machine is off and has no memory",
  );
  assert.match(decideMemory(machineOf({ power: "paused" }), held).reason ?? "", /paused machine is not kept/);
  assert.equal(decideMemory(machineOf(), held).reason, "a production checkpoint holds no memory");
  assert.match(
    decideMemory(machineOf(), { ...held, level: "crash" }).reason ?? "",
    /at level crash holds no memory/,
  );
  const machine = machineOf({ checkpoints: [checkpointOf({ memory: true })] });
  assert.match(
    decideMemory(machine, held).reason ?? "",
    /the memory of "before update" is kept with that checkpoint/,
  );
});
