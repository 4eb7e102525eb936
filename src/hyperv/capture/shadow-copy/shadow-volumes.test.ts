import assert from "node:assert/strict";
import { test } from "node:test";
import type { CimInstance } from "../../../cim/index.ts";
import { accessTo } from "../../testing/access-to.ts";
import { checkpointOf, diskOf, machineOf, row, ScriptedSession } from "../../testing/index.ts";
import { placesOfMachine, volumesOf } from "./shadow-volumes.ts";

const NONE = { volumes: [] };

function rootsOf(
  places: readonly string[],
  component: Parameters<typeof volumesOf>[1] = NONE,
): readonly string[] {
  return volumesOf(places, component).map(({ root, name, alias }) => `${alias} ${root} ${name}`);
}

test("`volumesOf()` names each volume once, as the paths say it", () => {
  const places = ["D:\\M\\m.vhdx", "d:\\M\\n.vhdx", "E:\\x.vhdx", "\\\\nas\\machines\\y.vhdx"];
  assert.deepEqual(rootsOf(places), [
    "Stillpoint0 D:\\ D:",
    "Stillpoint1 E:\\ E:",
    "Stillpoint2 \\\\nas\\machines\\ \\\\nas\\machines",
  ]);
});

test("`volumesOf()` takes a cluster's volume for itself, not for the drive that it is mounted in", () => {
  assert.deepEqual(rootsOf(["C:\\ClusterStorage\\Volume1\\m.vhdx", "C:\\ClusterStorage\\Volume1"]), [
    "Stillpoint0 C:\\ClusterStorage\\Volume1\\ C:\\ClusterStorage\\Volume1\\",
  ]);
});

test("`volumesOf()` believes the writer on volumes that are mounted in folders, and adds what it does not name", () => {
  const volume = "\\\\?\\Volume{9710864d-1433-11e5-93ef-806e6f6e6963}\\";
  const component = {
    volumes: [
      { volume, mount: "D:\\Mounts\\One\\" },
      { volume, mount: undefined },
      { volume, mount: "Not valid for local machine" },
    ],
  };
  assert.deepEqual(rootsOf(["D:\\Mounts\\One\\m.vhdx", "D:\\x.vhdx"], component), [
    `Stillpoint0 D:\\Mounts\\One\\ ${volume}`,
    "Stillpoint1 D:\\ D:",
  ]);
});

test("`placesOfMachine()` follows chains to volumes that no setting names, and asks for each file once", async () => {
  const service = row("Msvm_ImageManagementService", { Name: "vmms" }, ["Name"]);
  const session = new ScriptedSession({ rows: { [service.className]: [service] } });
  const parents: Record<string, string> = { "D:\\a.avhdx": "D:\\m.vhdx", "D:\\m.vhdx": "F:\\base.vhdx" };
  const asked: string[] = [];
  session.invoke = async (_on, _method, input) => {
    const path = input.arguments["Path"];
    assert.ok(typeof path === "string");
    asked.push(path);
    const SettingData: CimInstance = {
      kind: "instance",
      className: "Msvm_VirtualHardDiskSettingData",
      properties: { ParentPath: parents[path] ?? "" },
    };
    return { returnValue: 0, out: { SettingData } };
  };
  const machine = machineOf({
    disks: [diskOf({ path: "D:\\a.avhdx" }), diskOf({ location: 1, kind: "pass-through", path: undefined })],
    checkpoints: [checkpointOf({ disks: [diskOf({ path: "D:\\m.vhdx" })], places: {} })],
    places: { configurationDataRoot: "C:\\VMs", checkpointDataRoot: "G:\\Snapshots" },
  });
  const places = await placesOfMachine(accessTo(session), machine);
  assert.deepEqual(places, ["D:\\a.avhdx", "D:\\m.vhdx", "F:\\base.vhdx", "C:\\VMs", "G:\\Snapshots"]);
  assert.deepEqual(asked, ["D:\\a.avhdx", "D:\\m.vhdx", "F:\\base.vhdx"]);
});

test("`placesOfMachine()` of a host that cannot say parents knows the leaves", async () => {
  await using session = new ScriptedSession({ rows: {} });
  assert.deepEqual(await placesOfMachine(accessTo(session), machineOf()), ["D:\\M\\m.vhdx"]);
});
