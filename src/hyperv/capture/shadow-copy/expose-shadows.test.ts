import assert from "node:assert/strict";
import { test } from "node:test";
import { guid } from "../../../base/index.ts";
import { readBytes } from "../../../disk/index.ts";
import { ShadowCopyFailedError } from "../../errors.ts";
import { KilledError, ROW_MACHINE, row } from "../../testing/index.ts";
import { holdOptions } from "../../testing/scene-host.ts";
import { DISK, ShadowScene } from "../../testing/shadow-scene.ts";
import { type StruckPorts, struckPorts } from "../../testing/struck-ports.ts";

const ID = guid(ROW_MACHINE);

/** A 2012 R2 host over the network: its shares are listed as they are, and its devices cannot be opened. */
function remoteScene(): ShadowScene {
  const scene = new ShadowScene();
  Object.defineProperty(scene.session.rows, "Win32_Share", {
    get: () => scene.diskshadow.shares.map((Name) => row("Win32_Share", { Name }, ["Name"])),
  });
  scene.files.onAct = (act, path) => {
    assert.ok(!path.startsWith("\\\\?\\"), `${act} of ${path}`);
  };
  return scene;
}

test("a remote host's shadow copies are read through shares, which are gone after the release", async () => {
  const scene = remoteScene();
  await using host = await scene.host({ shadowServer: "hv01" });
  const held = await host.hold(ID, holdOptions());
  assert.equal(scene.diskshadow.shares.length, 2);
  for (const share of scene.diskshadow.shares) assert.match(share, /^Stillpoint-[0-9a-f]{12}-\d\$$/);
  const [entry] = scene.journal.entries;
  assert.deepEqual(entry?.facts["shares"], scene.diskshadow.shares);
  scene.files.write(DISK, "written after the shadow copy was made");
  await using source = await (held.view ?? assert.fail("there is no view")).open(DISK);
  assert.equal(new TextDecoder().decode(await readBytes(source, 0, source.sizeBytes)), "disk");
  await held.confirmUnchanged();
  assert.deepEqual((await held.release()).leftBehind, []);
  assert.deepEqual(scene.audit(), []);
});

test("a host that makes no share fails the machine, and nothing is left", async () => {
  const scene = remoteScene();
  scene.diskshadow.onExpose = () => "COM call failed. 80070005";
  await using host = await scene.host({ shadowServer: "hv01" });
  await assert.rejects(host.hold(ID, holdOptions()), ShadowCopyFailedError);
  assert.deepEqual(scene.audit(), []);
});

test("a share that stays is named, and the next start takes it away", async () => {
  const scene = remoteScene();
  scene.diskshadow.withdraws = false;
  await using host = await scene.host({ shadowServer: "hv01" });
  const held = await host.hold(ID, holdOptions());
  const { leftBehind } = await held.release();
  assert.equal(leftBehind.length, 2);
  assert.match(leftBehind[0] ?? "", /its share "Stillpoint-.+" stands/);
  assert.equal(scene.journal.entries.length, 1);
  scene.diskshadow.withdraws = true;
  scene.journal.die();
  await host.cleanUp();
  assert.deepEqual(scene.audit(), []);
});

for (const when of ["before", "after"] as const) {
  test(`a run that is killed ${when} any of its acts leaves no share once \`cleanUp()\` has run`, async () => {
    const run = async (scene: ShadowScene, at: number): Promise<StruckPorts> => {
      const { session, files, journal, diskshadow } = scene;
      const ports = struckPorts({ session, files, journal, commands: diskshadow }, { at, when });
      try {
        await using host = await scene.host({ ...ports, shadowServer: "hv01" });
        await (await host.hold(ID, holdOptions())).release();
      } catch (error) {
        assert.ok(error instanceof KilledError, String(error));
      }
      return ports;
    };
    const acts = (await run(remoteScene(), 0)).acts();
    for (let at = 1; at <= acts; at++) {
      const scene = remoteScene();
      await run(scene, at);
      scene.journal.die();
      await using host = await scene.host({ shadowServer: "hv01" });
      assert.deepEqual((await host.cleanUp()).leftBehind, [], `killed ${when} act ${at}`);
      assert.deepEqual(scene.audit(), [], `killed ${when} act ${at}`);
    }
  });
}

test("shares that nobody lists are told as unknown", async () => {
  const scene = new ShadowScene();
  await using host = await scene.host({ shadowServer: "hv01" });
  const held = await host.hold(ID, holdOptions());
  const { leftBehind } = await held.release();
  assert.match(leftBehind.join(), /whether its shares .+ are gone is not known/);
});
