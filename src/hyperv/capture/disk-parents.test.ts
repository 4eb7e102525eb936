import assert from "node:assert/strict";
import { test } from "node:test";
import type { CimValue } from "../../cim/index.ts";
import { accessTo } from "../testing/access-to.ts";
import { row, ScriptedSession } from "../testing/index.ts";
import { parentPathOf } from "./disk-parents.ts";

/** What a host of 2008 R2 answers, as a CIM instance in XML (hyperv-facts 4). */
const INFO = `<INSTANCE CLASSNAME="Msvm_VirtualHardDiskInfo"><PROPERTY NAME="InUse" TYPE="boolean"><VALUE>TRUE</VALUE></PROPERTY><PROPERTY NAME="ParentPath" TYPE="string"><VALUE>D:\\A &amp; B\\base.vhd</VALUE></PROPERTY></INSTANCE>`;

async function asked(
  out: Readonly<Record<string, CimValue>>,
  namespace?: string,
): Promise<{ parent: string | null | undefined; calls: string[]; queries: readonly string[] }> {
  const service = row("Msvm_ImageManagementService", { Name: "vmms" }, ["Name"]);
  const session = new ScriptedSession({ rows: { [service.className]: [service] } });
  const calls: string[] = [];
  session.invoke = async (_on, method) => {
    calls.push(method);
    return { returnValue: 0, out };
  };
  const parent = await parentPathOf(accessTo(session), "D:\\leaf.avhd", { namespace });
  return { parent, calls, queries: session.queries };
}

test("`parentPathOf()` reads the parent from the settings of a disk", async () => {
  const settings = (ParentPath: string): Record<string, CimValue> => ({
    SettingData: {
      kind: "instance",
      className: "Msvm_VirtualHardDiskSettingData",
      properties: { ParentPath },
    },
  });
  const { parent, calls } = await asked(settings("D:\\base.vhdx"));
  assert.deepEqual([parent, calls], ["D:\\base.vhdx", ["GetVirtualHardDiskSettingData"]]);
  assert.equal((await asked(settings(""))).parent, null, "it has none");
  assert.equal((await asked({})).parent, undefined, "the host does not say it");
});

test("`parentPathOf()` asks a host of 2008 R2 in its own words", async () => {
  const { parent, calls, queries } = await asked({ Info: INFO }, "root\\virtualization");
  assert.deepEqual([parent, calls], ["D:\\A & B\\base.vhd", ["GetVirtualHardDiskInfo"]]);
  assert.deepEqual(queries, ["root\\virtualization: SELECT * FROM Msvm_ImageManagementService"]);
  assert.equal((await asked({ Info: "<INSTANCE/>" }, "root\\virtualization")).parent, null);
  assert.equal((await asked({}, "root\\virtualization")).parent, undefined);
});
