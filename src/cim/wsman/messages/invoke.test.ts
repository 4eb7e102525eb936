import assert from "node:assert/strict";
import { test } from "node:test";
import type { CimValue } from "../../index.ts";
import { readXml } from "../../text/index.ts";
import { decodeRequest } from "../soap/request-envelope.ts";
import { decodeResponse } from "../soap/response-envelope.ts";
import { writeEnvelope } from "../soap/write-envelope.ts";
import { fixture } from "../testing/fixture.ts";
import { inputBody, outputBody, readInputBody, readOutputBody } from "./invoke.ts";
import { parseWmiResource, wmiResource } from "./resource-uri.ts";

const V2 = "root\\virtualization\\v2";
const classUri = wmiResource({ namespace: V2, className: "Msvm_VirtualSystemSnapshotService" });
const nothing = (): undefined => undefined;

test("`readOutputBody()` and `readInputBody()` read the call of [MS-WSMV] 4.1.4", () => {
  const call = { namespace: "root\\cimv2", method: "Create", schema: undefined };
  assert.deepEqual(readOutputBody(decodeResponse(fixture("invoke-response")).body, call), {
    returnValue: 0,
    out: { ProcessId: 4000 },
  });
  assert.deepEqual(readInputBody(decodeRequest(fixture("invoke-request")).body, call), {
    CommandLine: "notepad.exe",
    CurrentDirectory: "C:\\",
  });
});

test("`inputBody()` puts an endpoint reference directly into its parameter, and an instance as text", () => {
  const parameters: Record<string, CimValue> = {
    AffectedSystem: {
      kind: "reference",
      namespace: V2,
      className: "Msvm_ComputerSystem",
      keys: { Name: "N" },
    },
    SnapshotSettings: { kind: "instance", className: "S", properties: { Level: 1 } },
    SnapshotType: 32_768,
    Flags: [1, 2],
    Timeout: null,
    When: { kind: "moment", instant: Temporal.Instant.from("2026-05-01T12:00:00Z") },
  };
  const root = readXml(writeEnvelope(inputBody({ classUri, method: "CreateSnapshot" }, parameters, nothing)));
  assert.equal(root.name, "CreateSnapshot_INPUT");
  assert.ok(root.children.every(({ uri }) => uri === classUri));
  const [system, settings, type, first, second, timeout] = root.children;
  assert.deepEqual(
    system?.children.map(({ name }) => name),
    ["Address", "ReferenceParameters"],
  );
  assert.match(settings?.text ?? "", /^<INSTANCE CLASSNAME="S">/);
  assert.deepEqual([type?.text, first?.text, second?.text], ["32768", "1", "2"]);
  assert.equal(timeout?.attributes.get("http://www.w3.org/2001/XMLSchema-instance|nil"), "true");
  const call = { namespace: V2, method: "CreateSnapshot", schema: undefined };
  assert.deepEqual(readInputBody(root, call), parameters);
});

test("`readOutputBody()` reads what `outputBody()` wrote: jobs, arrays, instances as text", () => {
  const result = {
    returnValue: 4096,
    out: {
      Job: { kind: "reference", namespace: V2, className: "Msvm_ConcreteJob", keys: { InstanceID: "J" } },
      SettingData: { kind: "instance", className: "D", properties: { A: "b" } },
      Offsets: [0, 65_536],
    },
  } as const;
  const body = readXml(writeEnvelope(outputBody({ classUri, method: "Do" }, result, nothing)));
  assert.deepEqual(readOutputBody(body, { namespace: V2, method: "Do", schema: undefined }), result);
});

test("`readOutputBody()` refuses an answer to another method, or without a return value", () => {
  const call = { namespace: V2, method: "Do", schema: undefined };
  for (const text of [
    "<Other_OUTPUT/>",
    "<Do_OUTPUT/>",
    "<Do_OUTPUT><ReturnValue>x</ReturnValue></Do_OUTPUT>",
  ]) {
    assert.throws(() => readOutputBody(readXml(text), call), { code: "host-answer-malformed" });
  }
  assert.throws(() => readOutputBody(undefined, call), { code: "host-answer-malformed" });
});

test("`wmiResource()` and `parseWmiResource()` are each other's inverse", () => {
  assert.equal(
    classUri,
    "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2/Msvm_VirtualSystemSnapshotService",
  );
  assert.deepEqual(parseWmiResource(wmiResource({ namespace: V2, className: "*" })), {
    namespace: V2,
    className: "*",
  });
  assert.equal(parseWmiResource("http://schemas.microsoft.com/wbem/wsman/1/wmi/root"), undefined);
  assert.equal(parseWmiResource("urn:other"), undefined);
});
