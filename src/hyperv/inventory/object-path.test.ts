import assert from "node:assert/strict";
import { test } from "node:test";
import { keyOfTarget, ownerOfInstanceId } from "./object-path.ts";

test("`keyOfTarget()` reads a key of an object path, its backslashes and quotes unescaped", () => {
  const path = String.raw`\\HV01\root\virtualization\v2:Msvm_DiskDrive.CreationClassName="Msvm_DiskDrive",DeviceID="Microsoft:353B3BE8\\3",SystemName="H\"V"`;
  assert.equal(keyOfTarget(path, "DeviceID"), String.raw`Microsoft:353B3BE8\3`);
  assert.equal(keyOfTarget(path, "deviceid"), String.raw`Microsoft:353B3BE8\3`);
  assert.equal(keyOfTarget(path, "SystemName"), 'H"V');
  assert.equal(keyOfTarget(path, "Other"), undefined);
});

test("`keyOfTarget()` reads a key of a reference", () => {
  const reference = {
    kind: "reference",
    namespace: "n",
    className: "C",
    keys: { InstanceID: "Microsoft:1" },
  } as const;
  assert.equal(keyOfTarget(reference, "instanceid"), "Microsoft:1");
  assert.equal(keyOfTarget(reference, "Name"), undefined);
});

test("`keyOfTarget()` finds nothing in nonsense", () => {
  for (const value of [undefined, null, 7, "", "no path", [], true])
    assert.equal(keyOfTarget(value, "InstanceID"), undefined);
});

test("`ownerOfInstanceId()` is the first GUID, in the canonical case", () => {
  const id = "7b1f0d6e-3c50-4b0c-9c67-0f5e1d2a3b4c";
  assert.equal(
    ownerOfInstanceId(
      String.raw`Microsoft:7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B4C\83F8638B-8DCA-4152-9EDA-2CA8B33039B4\0\0\D`,
    ),
    id,
  );
  assert.equal(ownerOfInstanceId("Microsoft:7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B4C"), id);
  for (const text of [
    "",
    "Microsoft:Definition\\x",
    "7B1F0D6E-3C50-4B0C-9C67-0F5E1D2A3B4C",
    "Microsoft:7B1F",
  ]) {
    assert.equal(ownerOfInstanceId(text), undefined);
  }
});
