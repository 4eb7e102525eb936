import assert from "node:assert/strict";
import { performance } from "node:perf_hooks";
import { test } from "node:test";
import { SeededEntropy } from "../../base/testing/index.ts";
import {
  decodeEmbeddedInstance,
  readXml,
  scalarFromText,
  withAttributes,
  writeXml,
  xml,
} from "../text/index.ts";
import { enumerate } from "./enumeration.ts";
import { decodeSealedBody } from "./http/sealed-body.ts";
import { itemsBody } from "./messages/enumerate.ts";
import { readFault } from "./messages/fault.ts";
import { ACTION } from "./soap/actions.ts";
import { NS } from "./soap/namespaces.ts";
import { writeEnvelope } from "./soap/write-envelope.ts";
import { ScriptedTransport } from "./testing/scripted-transport.ts";
import { WsmanCaller } from "./wsman-caller.ts";

const malformed = { code: "host-answer-malformed" };

/** What takes time with the square of its length takes minutes here. */
function soon(work: () => void): void {
  const before = performance.now();
  work();
  const took = performance.now() - before;
  assert.ok(took < 10_000, `it took ${took} ms`);
}

test("`readXml()` keeps no copy of the prefixes in force for each element that declares one", () => {
  const declared = Array.from({ length: 20_000 }, (_, at) => `xmlns:p${at}="u"`).join(" ");
  const text = `<r ${declared}>${'<a xmlns:b="c"/>'.repeat(20_000)}</r>`;
  soon(() => assert.equal(readXml(text).children.length, 20_000));
});

test("`readXml()` repeats only the beginning of what is wrong", () => {
  assert.throws(
    () => readXml(`<${"a".repeat(1_000_000)}`),
    (error: Error) => error.message.length < 3_000,
  );
});

test("`decodeSealedBody()` searches no head longer than Windows' own", () => {
  const head = "OriginalContent:".repeat(40_000);
  const body = Buffer.from(`${head}\r\napplication/octet-stream\r\n\0\0\0\0--Encrypted Boundary--\r\n`);
  soon(() => assert.throws(() => decodeSealedBody(body), malformed));
});

test("`decodeEmbeddedInstance()` reads 16 instances in each other, and refuses more", () => {
  const nested = (levels: number): string => {
    let text = "";
    for (let level = 0; level < levels; level++) {
      const value = xml("", "VALUE", text);
      const property = withAttributes(xml("", "PROPERTY", value), {
        NAME: "P",
        TYPE: "string",
        EmbeddedObject: "instance",
      });
      text = writeXml(withAttributes(xml("", "INSTANCE", property), { CLASSNAME: "C" }));
    }
    return text;
  };
  assert.equal(decodeEmbeddedInstance(nested(17)).className, "C");
  assert.throws(() => decodeEmbeddedInstance(nested(18)), malformed);
});

test("`scalarFromText()` takes no number of more digits than 64 bits have", () => {
  assert.equal(scalarFromText("uint64", "18446744073709551615"), 18_446_744_073_709_551_615n);
  assert.throws(
    () => scalarFromText("uint64", "9".repeat(1_000_000)),
    (error: Error & { code?: string }) => error.code === malformed.code && error.message.length < 3_000,
  );
});

test("`readFault()` keeps the beginning of whatever a host says", () => {
  const long = "x".repeat(100_000);
  const provider = withAttributes(xml(NS.f, "ProviderFault", long), { provider: long, path: long });
  const fault = withAttributes(xml(NS.f, "WSManFault", xml(NS.f, "Message", provider)), {
    Code: "1",
    Machine: long,
  });
  const reason = xml(NS.s, "Reason", xml(NS.s, "Text", long));
  const facts = readFault(readXml(writeEnvelope(xml(NS.s, "Fault", reason, xml(NS.s, "Detail", fault)))));
  assert.equal(facts?.code, 1);
  const { machine, reason: said, provider: who, providerPath, providerFault } = facts;
  for (const text of [machine, said, who, providerPath, providerFault]) assert.equal(text?.length, 2001);
});

test("`enumerate()` leaves a host that has always more and never anything, and releases the query", async () => {
  const transport = new ScriptedTransport(({ action }) =>
    action === ACTION.release
      ? undefined
      : itemsBody(action === ACTION.enumerate ? "EnumerateResponse" : "PullResponse", {
          items: [],
          context: "c",
        }),
  );
  const caller = new WsmanCaller({ transport, entropy: new SeededEntropy(1) });
  await assert.rejects(Array.fromAsync(enumerate(caller, { resourceUri: "r", wql: "q" })), malformed);
  assert.equal(transport.asked.length, 102);
  assert.equal(transport.asked.at(-1)?.action, ACTION.release);
});

test("nothing that is said half a million times is more than can be looked through", () => {
  const bindings = "<A/>".repeat(200_000);
  const reference = `<INSTANCE CLASSNAME="C"><PROPERTY.REFERENCE NAME="R"><VALUE.REFERENCE>${bindings}<INSTANCENAME CLASSNAME="D"/></VALUE.REFERENCE></PROPERTY.REFERENCE></INSTANCE>`;
  assert.deepEqual(decodeEmbeddedInstance(reference).properties["R"], {
    kind: "reference",
    namespace: "",
    className: "D",
    keys: {},
  });
  const message = xml("", "MessageID", "HRESULT 0x80041032 ".repeat(200_000));
  const fault = writeEnvelope(xml(NS.s, "Fault", xml(NS.s, "Detail", message)));
  assert.equal(readFault(readXml(fault))?.code, 0x80041032);
});
