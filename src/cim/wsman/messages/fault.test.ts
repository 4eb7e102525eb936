import assert from "node:assert/strict";
import { test } from "node:test";
import { CimFault } from "../../index.ts";
import { readXml } from "../../text/index.ts";
import { decodeResponse } from "../soap/response-envelope.ts";
import { writeEnvelope } from "../soap/write-envelope.ts";
import { fixture } from "../testing/fixture.ts";
import { cimFaultOf, faultBody, isSizeFault, readFault } from "./fault.ts";

const faultIn = (name: string) => readFault(decodeResponse(fixture(name)).body);

test("`readFault()` keeps every part of a provider's fault", () => {
  const fault = faultIn("fault-provider");
  assert.deepEqual(fault, {
    code: 2_150_859_010,
    wsmanCode: 2_150_859_010,
    subcode: "InternalError",
    machine: "servername",
    reason: "The WMI service could not perform the operation.",
    provider: "WMI Provider",
    providerPath: "%systemroot%\\system32\\WsmWmiPl.dll",
    providerFault:
      "The WMI service could not perform the operation. WDM specific return code: 4200 ExecQuery select * from MSFC_FCAdapterHBAAttributes WinMgmt",
  });
  const error = cimFaultOf('"Enumerate" in "root\\wmi"', fault);
  assert.ok(error instanceof CimFault);
  assert.equal(
    error.message,
    'Cannot do "Enumerate" in "root\\wmi": The WMI service could not perform the operation. (0x80338102)',
  );
  assert.equal(error.parts.providerPath, "%systemroot%\\system32\\WsmWmiPl.dll");
});

test("`readFault()` finds WMI's own code, by HRESULT or by the DMTF's status", () => {
  assert.equal(faultIn("fault-wmi-error")?.code, 0x80041010);
  assert.equal(faultIn("fault-wmi-error")?.reason, "There is no such class.");
  const statuses: readonly (readonly [number, number])[] = [
    [2, 0x80041003],
    [3, 0x8004100e],
    [6, 0x80041002],
  ];
  for (const [status, code] of statuses) {
    const text = fixture("fault-wmi-error")
      .replace("HRESULT 0x80041010", "HRESULT 0x803381a6")
      .replace('cimUnsignedInt">5<', `cimUnsignedInt">${status}<`);
    assert.equal(readFault(decodeResponse(text).body)?.code, code);
  }
});

test("`readFault()` falls back where parts are missing", () => {
  assert.equal(faultIn("fault-timeout")?.wsmanCode, 0x80338029);
  const bare = readXml('<s:Fault xmlns:s="http://www.w3.org/2003/05/soap-envelope"/>');
  assert.deepEqual(readFault(bare), {
    code: 0x80041001,
    wsmanCode: undefined,
    subcode: undefined,
    machine: undefined,
    reason: "the host gave no reason",
  });
  assert.equal(readFault(readXml("<Fault/>")), undefined);
  assert.equal(readFault(undefined), undefined);
});

test("`isSizeFault()` knows the ways in which a host says: too large", () => {
  const facts = { code: 1, reason: "", subcode: undefined };
  for (const wsmanCode of [0x80338026, 0x80338035, 0x80338048, 0x80338049]) {
    assert.ok(isSizeFault({ ...facts, wsmanCode }));
  }
  assert.ok(isSizeFault({ ...facts, wsmanCode: undefined, subcode: "EncodingLimit" }));
  assert.ok(!isSizeFault({ ...facts, wsmanCode: 0x80338029 }));
});

test("`readFault()` reads what `faultBody()` wrote", () => {
  const facts = {
    code: 0x8004100e,
    wsmanCode: 0x80338102,
    subcode: "InternalError",
    machine: "HV01",
    reason: "There is <no> such namespace",
    provider: "WMI Provider",
    providerPath: "x.dll",
  };
  const read = readFault(readXml(writeEnvelope(faultBody(facts))));
  assert.deepEqual(read, { ...facts, providerFault: facts.reason });
});
