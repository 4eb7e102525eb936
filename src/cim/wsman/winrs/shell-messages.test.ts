import assert from "node:assert/strict";
import { test } from "node:test";
import { readXml } from "../../text/index.ts";
import { ACTION } from "../soap/actions.ts";
import { RESOURCE } from "../soap/addresses.ts";
import { decodeRequest } from "../soap/request-envelope.ts";
import { decodeResponse } from "../soap/response-envelope.ts";
import { writeEnvelope } from "../soap/write-envelope.ts";
import { fixture } from "../testing/fixture.ts";
import {
  commandBody,
  commandStartedBody,
  outputBody,
  readCommandBody,
  readCommandId,
  readOutputBody,
  readReceiveBody,
  readSendBody,
  readShellBody,
  readShellId,
  readSignalBody,
  receiveBody,
  sendBody,
  shellBody,
  shellCreatedBody,
  signalBody,
} from "./shell-messages.ts";

const COMMAND = "77df7bb6-b5a0-4777-abd9-9823c0774074";
const answer = (name: string) => decodeResponse(fixture(name)).body;
const asked = (name: string) => decodeRequest(fixture(name)).body;

test("the answers of [MS-WSMV] 4.7 are read", () => {
  assert.equal(readShellId(answer("shell-created")), "uuid:C443F44F-28E4-486F-A5A1-12745F90CF5A");
  assert.equal(readCommandId(answer("command-response")), COMMAND);
  const output = readOutputBody(answer("receive-response"));
  assert.equal(Buffer.from(output.streams[0]?.bytes ?? "").toString(), "d:\\temp\\out.txt, Delete (Y/N)? ");
  assert.equal(output.exitCode, undefined);
});

test("the requests of [MS-WSMV] 4.7 are read", () => {
  assert.deepEqual(readCommandBody(asked("command-request")), {
    program: "del",
    arguments: ["/p", "d:\\temp\\out.txt"],
  });
  const sent = readSendBody(asked("send-request"));
  assert.deepEqual(
    [sent.commandId, Buffer.from(sent.bytes).toString(), sent.end],
    [COMMAND, "y\r\n", "open"],
  );
  const signal = readSignalBody(asked("signal-request"));
  assert.deepEqual(signal, { commandId: "3cb05d74-af20-4ff1-b318-2c6cc0f99045", code: "ctrl_c" });
});

test("the first request and the one for output of [MS-WSMV] 4.7 are read, with white space around what they say", () => {
  const create = decodeRequest(fixture("shell-request"));
  assert.deepEqual(
    [create.to, create.action, create.resourceUri, create.maxEnvelopeBytes],
    ["http://localhost:80/wsman", ACTION.create, RESOURCE.commandShell, 153_600],
  );
  assert.deepEqual(create.options, { WINRS_NOPROFILE: "TRUE", WINRS_CODEPAGE: "437" });
  assert.deepEqual(readShellBody(create.body), { environment: { test: "1" } });
  const receive = decodeRequest(fixture("receive-request"));
  assert.deepEqual(receive.selectors, { ShellId: "uuid:0A442A7F-4627-43AE-8751-900B509F0A1F" });
  assert.deepEqual([receive.maxEnvelopeBytes, readReceiveBody(receive.body)], [153_600, COMMAND]);
});

test("the answers of [MS-WSMV] 4.7 that say nothing more belong to their requests", () => {
  for (const [name, request] of [
    ["send", "uuid:F6F2CB27-2927-4750-8C9A-D1E854138F88"],
    ["signal", "uuid:23F5AAD4-9501-4070-A4F8-B216782DE466"],
  ] as const) {
    const { action, relatesTo, body } = decodeResponse(fixture(`${name}-response`));
    assert.deepEqual([action, relatesTo], [`${ACTION[name]}Response`, request]);
    assert.deepEqual(body?.children, []);
  }
});

test("what one side writes, the other reads", () => {
  const again = (source: Parameters<typeof writeEnvelope>[0]) => readXml(writeEnvelope(source));
  assert.deepEqual(readShellBody(again(shellBody({ environment: { A: "1 <", B: "" } }))), {
    environment: { A: "1 <", B: "" },
  });
  assert.equal(readShellId(again(shellCreatedBody("S"))), "S");
  assert.deepEqual(readCommandBody(again(commandBody("p", ["a b", ""]))), {
    program: "p",
    arguments: ["a b", ""],
  });
  assert.equal(readCommandId(again(commandStartedBody("C"))), "C");
  assert.equal(readReceiveBody(again(receiveBody("C"))), "C");
  assert.deepEqual(readSignalBody(again(signalBody("C", "terminate"))), {
    commandId: "C",
    code: "terminate",
  });
  const bytes = Uint8Array.of(0, 255, 10);
  assert.deepEqual(readSendBody(again(sendBody("C", { bytes, end: "end" }))), {
    commandId: "C",
    bytes,
    end: "end",
  });
  for (const exitCode of [undefined, 0, 4_294_967_295]) {
    const output = { streams: [{ name: "stderr", bytes }], exitCode } as const;
    assert.deepEqual(readOutputBody(again(outputBody("C", output))), output);
  }
});

test("answers without what they are for are refused", () => {
  const empty = readXml("<a/>");
  for (const read of [readShellId, readCommandId, readOutputBody, readCommandBody]) {
    assert.throws(() => read(empty), { code: "host-answer-malformed" });
  }
});
