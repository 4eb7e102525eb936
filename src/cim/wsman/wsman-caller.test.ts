import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SeededEntropy } from "../../base/testing/index.ts";
import { CimFault, type CimInstance } from "../index.ts";
import type { XmlSource } from "../text/index.ts";
import { encodeClassSchema } from "../text/index.ts";
import { itemsBody, readEnumerateBody, readPullBody } from "./messages/enumerate.ts";
import { type FaultFacts, faultBody } from "./messages/fault.ts";
import { encodeInstance } from "./messages/instance-element.ts";
import { ACTION } from "./soap/actions.ts";
import { encodeResponse } from "./soap/response-envelope.ts";
import { fixture } from "./testing/fixture.ts";
import { inferSchemas } from "./testing/infer-schemas.ts";
import { ScriptedTransport } from "./testing/scripted-transport.ts";
import { WsmanCaller } from "./wsman-caller.ts";
import { WsmanSession } from "./wsman-session.ts";

const V2 = "root\\virtualization\\v2";
const entropy = new SeededEntropy(3);
const CALL = { action: ACTION.get, resourceUri: "urn:r" };
const refusal = (facts: Partial<FaultFacts>): XmlSource =>
  faultBody({ code: 1, wsmanCode: undefined, subcode: undefined, reason: "no", ...facts });

describe("WsmanCaller", () => {
  test("gives the HTTP exchange more time than the operation, so that the host's own time-out comes first", async () => {
    const transport = new ScriptedTransport(() => undefined);
    await new WsmanCaller({ transport, entropy, operationTimeoutMs: 30_000 }).call(CALL);
    assert.equal(transport.asked[0]?.operationTimeoutMs, 30_000);
    assert.deepEqual(transport.timeouts, [45_000]);
    assert.equal(transport.asked[0]?.to, "http://hv01:5985/wsman");
    assert.match(transport.asked[0]?.messageId ?? "", /^uuid:[0-9A-F-]{36}$/);
  });

  test("refuses an answer to another request; a fault may leave out whose it is", async () => {
    const other = encodeResponse({ action: "urn:aResponse", messageId: "uuid:1", relatesTo: "uuid:2" });
    const answers: readonly (readonly [string, string])[] = [
      [other, "host-answer-malformed"],
      [fixture("fault-wmi-error"), "host-fault"],
      [fixture("get-response"), "host-answer-malformed"],
    ];
    for (const [answer, code] of answers) {
      const caller = new WsmanCaller({ transport: new ScriptedTransport(() => answer), entropy });
      await assert.rejects(caller.call(CALL), { code });
    }
  });

  test("tells faults apart by what a caller can do", async () => {
    const faults: readonly (readonly [Partial<FaultFacts>, string])[] = [
      [{ wsmanCode: 0x80338048 }, "host-envelope-too-large"],
      [{ wsmanCode: 5 }, "host-authentication-failed"],
      [{ subcode: "AccessDenied" }, "host-authentication-failed"],
      [{ wsmanCode: 0x80338029 }, "host-fault"],
    ];
    for (const [facts, code] of faults) {
      const caller = new WsmanCaller({ transport: new ScriptedTransport(() => refusal(facts)), entropy });
      await assert.rejects(caller.call(CALL), { code });
    }
  });
});

const instances = Array.from({ length: 10 }, (_, i): CimInstance => {
  const reference = { kind: "reference", namespace: V2, className: "X", keys: { Id: i } } as const;
  return { kind: "instance", className: "X", reference, properties: { Id: i, Digits: `${i}` } };
});
const schema = inferSchemas(instances).get("x");
assert.ok(schema);

/** A host that faults when more than `fits` instances are asked for. */
function stingyHost(fits: number, described: "described" | "undescribed" = "described") {
  const sizes: number[] = [];
  const transport = new ScriptedTransport((request) => {
    if (request.action === ACTION.get) {
      return described === "described"
        ? encodeClassSchema(schema as never)
        : refusal({ wsmanCode: 0x80338000 });
    }
    const isPull = request.action === ACTION.pull;
    const { maxElements } = isPull ? readPullBody(request.body) : readEnumerateBody(request.body);
    const from = isPull ? Number(readPullBody(request.body).context) : 0;
    sizes.push(maxElements);
    if (maxElements > fits) return refusal({ wsmanCode: 0x80338048 });
    const items = instances
      .slice(from, from + maxElements)
      .map((one) => encodeInstance(V2, one, () => undefined));
    const next = from + maxElements;
    const context = next < instances.length ? String(next) : undefined;
    return itemsBody(isPull ? "PullResponse" : "EnumerateResponse", { items, context });
  });
  return { sizes, transport };
}

describe("WsmanSession", () => {
  test("halves the portion until it fits, loses nothing, and never asks for the size that did not fit again", async () => {
    const { sizes, transport } = stingyHost(3);
    const session = WsmanSession.open({ transport, entropy });
    assert.deepEqual(await Array.fromAsync(session.query(V2, "SELECT * FROM X")), instances);
    assert.deepEqual(sizes, [64, 32, 16, 8, 4, 2, 3, 3, 3]);
  });

  test("gives up when a single instance does not fit", async () => {
    const session = WsmanSession.open({ transport: stingyHost(0).transport, entropy });
    await assert.rejects(Array.fromAsync(session.query(V2, "SELECT * FROM X")), {
      code: "host-envelope-too-large",
    });
  });

  test("asks for each class once; where the host describes none, somebody else may, else types are guessed", async () => {
    const { transport } = stingyHost(64);
    const session = WsmanSession.open({ transport, entropy });
    await Array.fromAsync(session.query(V2, "SELECT * FROM X"));
    await Array.fromAsync(session.query(V2, "SELECT * FROM X"));
    const classes = transport.asked.filter(({ action }) => action === ACTION.get);
    assert.deepEqual(
      classes.map(({ selectors }) => selectors),
      [{ __cimnamespace: "root/virtualization/v2", ClassName: "X" }],
    );
    const old = WsmanSession.open({
      transport: stingyHost(64, "undescribed").transport,
      entropy,
      schemas: () => schema,
    });
    assert.deepEqual(await Array.fromAsync(old.query(V2, "SELECT * FROM X")), instances);
    const oldest = WsmanSession.open({ transport: stingyHost(64, "undescribed").transport, entropy });
    const [first] = await Array.fromAsync(oldest.query(V2, "SELECT * FROM X"));
    assert.deepEqual(first?.properties, { Id: 0, Digits: 0 });
  });

  test("sends an association as a query, and a method with its class's action", async () => {
    const transport = new ScriptedTransport((request) =>
      request.action === ACTION.enumerate
        ? itemsBody("EnumerateResponse", { items: [], context: undefined })
        : refusal({ code: 0x80041002, wsmanCode: 0x80338102, provider: "WMI Provider", machine: "HV01" }),
    );
    const session = WsmanSession.open({ transport, entropy });
    const job = { kind: "reference", namespace: V2, className: "J", keys: { Id: 'a\\"b', N: 1 } } as const;
    const filter = { associationClass: "A", resultClass: "R" };
    assert.deepEqual(await Array.fromAsync(session.associators(job, filter)), []);
    assert.equal(
      readEnumerateBody(transport.asked[0]?.body).wql,
      'ASSOCIATORS OF {J.Id="a\\\\\\"b",N=1} WHERE AssocClass = A ResultClass = R',
    );
    assert.equal(
      transport.asked[0]?.resourceUri,
      "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2/*",
    );
    assert.equal(await session.get(job), undefined);
    await assert.rejects(session.invoke(job, "Do", { arguments: { A: 1 } }), (error) => {
      assert.ok(error instanceof CimFault);
      assert.deepEqual(
        [error.parts.code, error.parts.machine, error.parts.provider],
        [0x80041002, "HV01", "WMI Provider"],
      );
      return true;
    });
    const called = transport.asked.at(-1);
    assert.equal(called?.action, "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2/J/Do");
    assert.deepEqual(called?.selectors, { Id: 'a\\"b', N: "1" });
  });
});
