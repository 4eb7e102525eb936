import assert from "node:assert/strict";
import { test } from "node:test";
import { guid } from "../../../base/index.ts";
import { creationScript, deletionScript, INSPECTION } from "./diskshadow-script.ts";

const SYSTEM_WRITER = guid("e8132975-6f93-4464-a53e-1050253ae220");
const HYPERV_WRITER = guid("66841cd4-6ded-4f4b-8f17-fd23f8ddc3de");
const SET = guid("fa58db67-4686-4a2b-8f7e-2bc95503aa4a");

test("`creationScript()` writes one command a line, with the endings of Windows", () => {
  const script = creationScript({
    metadataPath: "C:\\Windows\\Temp\\x.cab",
    volumes: [
      { root: "D:\\", name: "D:", alias: "Stillpoint0" },
      { root: "C:\\Cluster Storage\\V 1\\", name: "C:\\Cluster Storage\\V 1\\", alias: "Stillpoint1" },
    ],
    excludedWriters: [SYSTEM_WRITER, HYPERV_WRITER, SYSTEM_WRITER],
    excludedComponents: ["Microsoft Hyper-V VSS Writer:\\A"],
  });
  assert.equal(
    script,
    [
      "set context persistent",
      "set metadata C:\\Windows\\Temp\\x.cab",
      "set verbose on",
      "writer verify {66841cd4-6ded-4f4b-8f17-fd23f8ddc3de}",
      "writer exclude {e8132975-6f93-4464-a53e-1050253ae220}",
      'writer exclude "Microsoft Hyper-V VSS Writer:\\A"',
      "begin backup",
      "add volume D: alias Stillpoint0",
      'add volume "C:\\Cluster Storage\\V 1\\" alias Stillpoint1',
      "create",
      "end backup",
      "",
    ].join("\r\n"),
  );
});

test("`deletionScript()` names the set, or each shadow copy where the set is not known", () => {
  assert.equal(deletionScript({ set: SET, shadows: [] }), `delete shadows set {${SET}}\r\n`);
  assert.equal(deletionScript({ shadows: [SET] }), `delete shadows id {${SET}}\r\n`);
});

test("an inspection asks for writers first: listing no shadow copies may count as a failure", () => {
  assert.equal(INSPECTION, "list writers metadata\r\nlist shadows all\r\n");
});
