import assert from "node:assert/strict";
import { test } from "node:test";
import { systemEntropy } from "../base/index.ts";
import { declaredSchemas, WsmanSession } from "../cim/wsman/index.ts";
import { WireScene } from "../simulator/testing/index.ts";
import { CLASSIC_CLASSES } from "./classic-classes.ts";
import { openHypervHost } from "./hyperv-host.ts";
import { MODERN_CLASSES } from "./modern-classes.ts";
import { MemoryJournal } from "./testing/index.ts";
import { holdOptions, MACHINE } from "./testing/scene-host.ts";

const VERSIONS = { "2012 R2": "6.3.9600", "2022": "10.0.20348" };
/** The one machine is called by a number: what is no number must not become one. */
const NAMED = { name: "1001", replication: { mode: "replica", state: "suspended", health: "warning" } };

for (const [release, version] of Object.entries(VERSIONS)) {
  test(`a ${release} host that describes no class is read over the wire as it reads itself`, async () => {
    const os = { caption: `Windows Server ${release}`, version, productType: 3 };
    await using there = await WireScene.open({ host: { os }, machine: NAMED }, { describes: "nothing" });
    const { scene } = there;
    await scene.host.createCheckpoint("1001", "2002");
    await using session = WsmanSession.open({
      transport: there.transport(),
      entropy: systemEntropy,
      schemas: declaredSchemas([...CLASSIC_CLASSES, ...MODERN_CLASSES]),
    });
    const ports = { files: scene.host.files(), clock: scene.clock, entropy: scene.entropy, hostKey: "wire" };
    const inside = await openHypervHost({ ...ports, session: scene.session, journal: new MemoryJournal() });
    const outside = await openHypervHost({ ...ports, session, journal: new MemoryJournal() });
    assert.deepEqual(await outside.inventory(), await inside.inventory());
    assert.deepEqual(await outside.machines(), await inside.machines());
  });
}

test("a host that describes no class is held and released over the wire, and nothing is left", async () => {
  await using there = await WireScene.open({ machine: { name: "1001" } }, { describes: "nothing" });
  const { scene } = there;
  await using session = WsmanSession.open({
    transport: there.transport(),
    entropy: systemEntropy,
    schemas: declaredSchemas([...CLASSIC_CLASSES, ...MODERN_CLASSES]),
  });
  const { clock, entropy } = scene;
  const ports = { files: scene.host.files(), clock, entropy, journal: new MemoryJournal() };
  const host = await openHypervHost({ ...ports, session, hostKey: "wire" });
  const held = await host.hold(MACHINE, holdOptions());
  assert.equal(held.reached, "application");
  assert.deepEqual((await held.release()).leftBehind, []);
  assert.deepEqual(await scene.host.audit(), []);
});
