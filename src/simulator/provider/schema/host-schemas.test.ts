import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CimInstance } from "../../../cim/index.ts";
import { machineAt, SCENE_MACHINE, Scene, schemaMisfits, valueMisfits } from "../../testing/index.ts";
import { classesOf } from "../catalogue.ts";
import { CIMV2, CLUSTER, instanceOf, V1, V2, viewOf } from "../host-view.ts";
import { DECLARATIONS, hostSchemas } from "./host-schemas.ts";
import { parseMof } from "./parse-mof.ts";

const RELEASES = ["6.0.6002", "6.1.7601", "6.2.9200", "6.3.9600", "10.0.14393", "10.0.17763", "10.0.26100"];
const RICH = {
  scsiControllers: 2,
  networkAdapters: [{ name: "LAN", mac: "00:15:5d:00:00:01", switch: "External", connected: true }],
  fibreChannel: true,
  replication: { mode: "primary", state: "replicating", health: "warning" },
  startedAt: "2026-05-01T10:00:00Z",
  disks: [
    { controller: "scsi", number: 0, location: 0, path: "D:\\M\\m.vhdx" },
    { controller: "scsi", number: 1, location: 1, physicalDisk: { number: 3, bytes: 2_199_023_255_552 } },
  ],
};

const CLUSTERED = {
  id: "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B02",
  name: "elsewhere",
  configurationVersion: "5.0",
  clusterOwner: "HV02",
};
const SHADOW = {
  id: "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B03",
  set: "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B04",
  root: "D:\\",
  device: "\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy1",
  created: "2026-05-01T10:00:00Z",
  count: 1,
};

describe("hostSchemas()", () => {
  for (const version of RELEASES) {
    test(`declares what a host of version ${version} gives: every class, its keys, each property with its type`, async () => {
      const os = { caption: "Windows Server", version, productType: 3 };
      await using scene = await Scene.open({ host: { os }, machine: RICH, others: [CLUSTERED] });
      await scene.host.createCheckpoint("web01", "one");
      const view = viewOf({ ...(await scene.host.state()), shadowCopies: [SHADOW] }, scene.clock.now());
      const schemas = hostSchemas(view.release);
      const found: string[] = [];
      let instances = 0;
      for (const namespace of [CIMV2, CLUSTER, V1, V2]) {
        const isServed: Readonly<Record<string, boolean>> = {
          [CIMV2]: true,
          [CLUSTER]: true,
          [V1]: view.release < 6_003,
          [V2]: view.release >= 6_002,
        };
        if (isServed[namespace] !== true) continue;
        for (const cimClass of classesOf(view, namespace)) {
          const schema = schemas({ namespace, className: cimClass.name.toLowerCase() });
          const keys = [...(schema?.properties.values() ?? [])].filter(({ isKey }) => isKey);
          assert.deepEqual(keys.map(({ name }) => name).sort(), [...cimClass.keys].sort(), cimClass.name);
          for (const properties of cimClass.instances(view)) {
            instances++;
            found.push(...schemaMisfits(instanceOf(namespace, cimClass, properties), schema));
          }
        }
      }
      assert.deepEqual(found, []);
      assert.ok(instances > 8, `only ${instances} instances were seen`);
    });
  }

  test("declares what methods take and answer", async () => {
    await using scene = await Scene.open();
    const schemas = hostSchemas(17_763);
    const parameters = (className: string, method: string) =>
      schemas({ namespace: V2, className })?.methods.get(method.toLowerCase()) ?? new Map();
    const service = "Msvm_VirtualSystemSnapshotService";
    const made = await scene.createRecovery();
    assert.deepEqual(valueMisfits(service, made.out, parameters(service, "CreateSnapshot")), []);
    const images = "Msvm_ImageManagementService";
    for (const method of ["GetVirtualHardDiskSettingData", "GetVirtualHardDiskState"]) {
      const { out } = await scene.invoke(images, method, { Path: "D:\\M\\m.vhdx" });
      assert.deepEqual(valueMisfits(images, out, parameters(images, method)), []);
      const [embedded] = Object.values(out) as CimInstance[];
      assert.ok(embedded);
      assert.deepEqual(
        schemaMisfits(embedded, schemas({ namespace: V2, className: embedded.className })),
        [],
      );
    }
    const asked = { AffectedSystem: machineAt(SCENE_MACHINE), SnapshotType: 70_000 };
    assert.deepEqual(valueMisfits(service, asked, parameters(service, "CreateSnapshot")), [
      `${service}.SnapshotType is no uint16`,
    ]);
  });

  test("knows what came with which release", () => {
    const has = (release: number, className: string, property: string): boolean =>
      hostSchemas(release)({ namespace: V2, className })?.properties.has(property.toLowerCase()) ?? false;
    const settings = "Msvm_VirtualSystemSettingData";
    assert.deepEqual(
      [6_002, 6_003, 14_393].map((release) => has(release, settings, "VirtualSystemSubType")),
      [false, true, true],
    );
    assert.deepEqual(
      [14_393, 17_763].map((release) =>
        has(release, "Msvm_VirtualSystemSnapshotSettingData", "GuestBackupType"),
      ),
      [false, true],
    );
    assert.equal(hostSchemas(17_763)({ namespace: V2, className: "Msvm_Nothing" }), undefined);
  });

  test("declares each class of a namespace once, and each property and method of it", () => {
    for (const texts of Object.values(DECLARATIONS)) {
      const declared = texts.flatMap(parseMof);
      const owned = declared.flatMap(({ name, properties, methods }) => [
        name,
        ...[...properties, ...methods].map((item) => `${name}.${item.name}`),
      ]);
      assert.deepEqual(owned, [...new Set(owned)]);
    }
  });
});
