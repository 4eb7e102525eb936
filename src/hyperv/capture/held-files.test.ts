import assert from "node:assert/strict";
import { test } from "node:test";
import { guid } from "../../base/index.ts";
import { HostFileError } from "../../places/index.ts";
import { listedFiles } from "../testing/access-to.ts";
import { filesOfSettings } from "./held-files.ts";

const ID = "9C0D1E2F-0000-4000-8000-000000000001";
const ROOT = "C:\\ProgramData\\Microsoft\\Windows\\Hyper-V";

async function rolesOf(
  paths: readonly string[],
  settings: Parameters<typeof filesOfSettings>[1],
): Promise<Record<string, string>> {
  const { files } = await filesOfSettings(listedFiles(paths), settings);
  return Object.fromEntries(files.map(({ path, role }) => [path, role]));
}

test("`filesOfSettings()` finds a checkpoint's files by its configuration's id, in any case", async () => {
  const paths = [
    `${ROOT}\\Snapshots\\${ID}.vmcx`,
    `${ROOT}\\Snapshots\\${ID.toLowerCase()}.VMRS`,
    `${ROOT}\\Snapshots\\${ID}.vmgs`,
    `${ROOT}\\Snapshots\\AAAAAAAA-0000-4000-8000-000000000001.vmcx`,
    `${ROOT}\\Virtual Machines\\${ID}.vmcx`,
  ];
  const places = { configurationId: ID, configurationDataRoot: ROOT };
  assert.deepEqual(await rolesOf(paths, { places, memory: false }), {
    [`${ROOT}\\Snapshots\\${ID}.vmcx`]: "configuration",
    [`${ROOT}\\Snapshots\\${ID.toLowerCase()}.VMRS`]: "runtime",
    [`${ROOT}\\Snapshots\\${ID}.vmgs`]: "guest-state",
  });
});

test("`filesOfSettings()` finds them by the relative configuration file, and the guest state where it lies apart", async () => {
  const paths = ["D:\\web01\\Snapshots\\x.vmcx", "D:\\web01\\Snapshots\\x.vmrs", "E:\\states\\x.vmgs"];
  const places = {
    configurationDataRoot: "D:\\web01",
    configurationFile: "Snapshots\\x.vmcx",
    guestStateDataRoot: "E:\\states",
    guestStateFile: "x.vmgs",
  };
  assert.deepEqual(await rolesOf(paths, { places, memory: true }), {
    "D:\\web01\\Snapshots\\x.vmcx": "configuration",
    "D:\\web01\\Snapshots\\x.vmrs": "memory",
    "E:\\states\\x.vmgs": "guest-state",
  });
});

test("`filesOfSettings()` takes the folder in which older versions keep memory, and never a disk", async () => {
  const paths = [
    `${ROOT}\\Snapshots\\${ID}.xml`,
    `${ROOT}\\Snapshots\\${ID}\\${ID}.bin`,
    `${ROOT}\\Snapshots\\${ID}\\${ID}.vsv`,
    `${ROOT}\\Snapshots\\${ID}\\disk.avhd`,
    `${ROOT}\\Snapshots\\${ID}.avhdx`,
    `${ROOT}\\Snapshots\\${ID}.slp`,
  ];
  const places = { configurationId: ID, checkpointDataRoot: ROOT };
  const checkpoint = guid(ID);
  const { files } = await filesOfSettings(listedFiles(paths), { places, memory: false, checkpoint });
  assert.deepEqual(files.map(({ role }) => role).sort(), ["configuration", "memory", "memory", "other"]);
  assert.ok(files.every((file) => file.checkpoint === checkpoint));
});

test("`filesOfSettings()` names a folder that cannot be looked into, and goes on", async () => {
  const places = { configurationId: ID, configurationDataRoot: ROOT, checkpointDataRoot: "X:\\away" };
  const files = listedFiles([`${ROOT}\\Snapshots\\${ID}.vmcx`]);
  const list = files.list.bind(files);
  files.list = async (path) => {
    if (path.startsWith("X:"))
      throw new HostFileError(`Cannot list "${path}": unmapped`, { path, reason: "unmapped" });
    return await list(path);
  };
  const found = await filesOfSettings(files, { places, memory: false });
  assert.equal(found.files.length, 1);
  assert.deepEqual(found.problems, ['Cannot list "X:\\away\\Snapshots": unmapped']);
});

test("`filesOfSettings()` of settings that say nothing finds nothing", async () => {
  assert.deepEqual(await filesOfSettings(listedFiles(["C:\\x.vmcx"]), { places: {}, memory: true }), {
    files: [],
    problems: [],
  });
});
