import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { xml } from "../../text/index.ts";
import { fixture } from "../testing/fixture.ts";
import { ACTION } from "./actions.ts";
import { decodeDuration, encodeDuration } from "./duration.ts";
import { decodeRequest, encodeRequest, type RequestHead } from "./request-envelope.ts";
import { decodeResponse, encodeResponse } from "./response-envelope.ts";

const MY_CLASS = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/mynamespace/myclass";

describe("decodeRequest()", () => {
  test("reads the get of [MS-WSMV] 4.1.1", () => {
    assert.deepEqual(decodeRequest(fixture("get-request")), {
      to: "http://server:80/wsman",
      action: ACTION.get,
      resourceUri: MY_CLASS,
      messageId: "uuid:5E6FD101-710A-4EEA-A50D-70C0BF863AA3",
      selectors: { id: "1" },
      options: {},
      maxEnvelopeBytes: 51_200,
      operationTimeoutMs: 60_000,
      locale: "en-US",
      body: undefined,
    });
  });

  test("reads selectors and options of the command of [MS-WSMV] 4.7.2", () => {
    const request = decodeRequest(fixture("command-request"));
    assert.deepEqual(request.selectors, { ShellId: "uuid:0A442A7F-4627-43AE-8751-900B509F0A1F" });
    assert.deepEqual(request.options, { WINRS_CONSOLEMODE_STDIN: "TRUE", WINRS_SKIP_CMD_SHELL: "FALSE" });
  });

  test("reads what `encodeRequest()` wrote", () => {
    const head: RequestHead = {
      to: "http://h/wsman",
      action: "urn:a",
      resourceUri: "urn:r",
      messageId: "uuid:1",
      selectors: { Name: 'a "b" \\ <c>' },
      options: { O: "1" },
      maxEnvelopeBytes: 1000,
      operationTimeoutMs: 1500,
      locale: "de-DE",
    };
    const { body, ...read } = decodeRequest(encodeRequest(head, xml("urn:b", "Body", "text")));
    assert.deepEqual(read, head);
    assert.equal(body?.text, "text");
  });

  test("refuses what is no request", () => {
    const broken = [
      "<a/>",
      fixture("get-request").replace("2003/05/soap-envelope", "2001/soap"),
      fixture("get-request").replaceAll("wsa:MessageID", "wsa:Other"),
    ];
    for (const text of broken) assert.throws(() => decodeRequest(text), { code: "host-answer-malformed" });
  });
});

describe("decodeResponse()", () => {
  test("reads the answer of [MS-WSMV] 4.1.1", () => {
    const response = decodeResponse(fixture("get-response"));
    assert.equal(response.action, "http://schemas.xmlsoap.org/ws/2004/09/transfer/GetResponse");
    assert.equal(response.relatesTo, "uuid:5E6FD101-710A-4EEA-A50D-70C0BF863AA3");
    assert.deepEqual([response.body?.uri, response.body?.name], [MY_CLASS, "myclass"]);
  });

  test("reads what `encodeResponse()` wrote, and refuses what is no answer", () => {
    const head = { action: "urn:aResponse", messageId: "uuid:2", relatesTo: "uuid:1" };
    assert.deepEqual(decodeResponse(encodeResponse(head)), {
      action: "urn:aResponse",
      relatesTo: "uuid:1",
      body: undefined,
    });
    assert.throws(() => decodeResponse("<html/>"), { code: "host-answer-malformed" });
  });
});

test("durations are those of XML Schema", () => {
  assert.equal(encodeDuration(60_000), "PT60.000S");
  const read: readonly (readonly [string, number | undefined])[] = [
    ["PT60.000S", 60_000],
    ["PT0.5S", 500],
    ["P1DT2H3M4S", 93_784_000],
    ["60", undefined],
    ["", undefined],
  ];
  for (const [text, milliseconds] of read) assert.equal(decodeDuration(text), milliseconds, text);
});
