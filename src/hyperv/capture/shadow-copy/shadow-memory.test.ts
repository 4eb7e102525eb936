import assert from "node:assert/strict";
import { test } from "node:test";
import type { HeldFile } from "../../held-machine.ts";
import { checkpointOf, machineOf } from "../../testing/index.ts";
import { decideShadowMemory, withMemoryRoles } from "./shadow-memory.ts";

const BIN: HeldFile = { path: "C:\\x.bin", role: "memory" };
const XML: HeldFile = { path: "C:\\x.xml", role: "configuration" };

test("`withMemoryRoles()` calls the memory file of a machine that runs a runtime file", () => {
  assert.deepEqual(withMemoryRoles([BIN, XML], "none"), [{ ...BIN, role: "runtime" }, XML]);
  assert.deepEqual(withMemoryRoles([BIN, XML], "saved-by-writer"), [BIN, XML]);
});

test("`decideShadowMemory()` keeps what was saved and found, and says why not otherwise", () => {
  assert.deepEqual(decideShadowMemory(machineOf({ power: "saved" }), { files: [BIN], saved: "saved" }), {
    kept: true,
  });
  assert.deepEqual(decideShadowMemory(machineOf(), { files: [BIN], saved: "saved-by-writer" }), {
    kept: true,
  });
  const cases = [
    [machineOf({ power: "saved" }), "saved", /its saved state is not in the shadow copy/],
    [machineOf({ power: "off" }), "none", /is off/],
    [machineOf({ power: "paused" }), "none", /paused machine/],
    [machineOf(), "none", /running machine holds no memory$/],
    [machineOf({ checkpoints: [checkpointOf({ memory: true })] }), "none", /of "before update" is kept/],
  ] as const;
  for (const [machine, saved, reason] of cases) {
    const memory = decideShadowMemory(machine, { files: [XML], saved });
    assert.equal(memory.kept, false);
    assert.match(memory.reason ?? "", reason);
  }
});
