import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeSealedBody, encodeSealedBody, SEALED_CONTENT_TYPE } from "./sealed-body.ts";

// the layout that pywinrm's own test of its message encryption expects of Windows
const BODY = Buffer.concat([
  Buffer.from("--Encrypted Boundary\r\n\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n"),
  Buffer.from(
    "\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=19\r\n--Encrypted Boundary\r\n",
  ),
  Buffer.from("\tContent-Type: application/octet-stream\r\n"),
  Buffer.from([4, 0, 0, 0]),
  Buffer.from("1234these bytes are sealed".slice(0, 4 + 19)),
  Buffer.from("--Encrypted Boundary--\r\n"),
]);
const signature = new Uint8Array(Buffer.from("1234"));
const sealed = new Uint8Array(Buffer.from("these bytes are seal".slice(0, 19)));

test("`encodeSealedBody()` writes the layout that Windows' clients know, and `decodeSealedBody()` reads it", () => {
  assert.equal(
    Buffer.from(encodeSealedBody({ signature, sealed })).toString("latin1"),
    BODY.toString("latin1"),
  );
  assert.deepEqual(decodeSealedBody(new Uint8Array(BODY)), { signature, sealed, charset: "UTF-8" });
  assert.match(
    SEALED_CONTENT_TYPE,
    /^multipart\/encrypted;protocol="application\/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"$/,
  );
});

test("`decodeSealedBody()` takes whatever [MS-WSMV] 2.2.9.1.2.2 lets the parts be called, with a header of Kerberos' length", () => {
  const token = new Uint8Array(60).fill(5); // RFC 4121 4.2.6.2
  for (const name of ["HTTP-SPNEGO-session-encrypted", "HTTP-Kerberos-session-encrypted"]) {
    for (const charset of ["UTF-8", "UTF-16"]) {
      const parts = [
        `--Encrypted Boundary\r\n\tContent-Type: application/${name}\r\n`,
        `\tOriginalContent: type=application/soap+xml;charset=${charset};Length=19\r\n`,
        "--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n",
      ];
      const body = [parts.join(""), [60, 0, 0, 0], token, sealed, "--Encrypted Boundary--\r\n"];
      const bytes = new Uint8Array(Buffer.concat(body.map((part) => Buffer.from(part as string))));
      assert.deepEqual(decodeSealedBody(bytes), { signature: token, sealed, charset });
    }
  }
});

test("`decodeSealedBody()` is not misled by a boundary inside the sealed bytes, nor by UTF-16", () => {
  const tricky = new Uint8Array(Buffer.from("x--Encrypted Boundary--\r\napplication/octet-stream\r\n"));
  const body = Buffer.from(encodeSealedBody({ signature, sealed: tricky })).toString("latin1");
  const wide = Buffer.from(body.replace("UTF-8", "UTF-16"), "latin1");
  assert.deepEqual(decodeSealedBody(wide), { signature, sealed: tricky, charset: "UTF-16" });
});

test("`decodeSealedBody()` refuses what is cut off or does not add up", () => {
  const text = BODY.toString("latin1");
  const broken = [
    "",
    text.slice(0, -30),
    text.slice(0, text.indexOf("octet-stream") + 15),
    text.replace("Length=19", "Length=18"),
    text.replace("Length=19", "Length=20"),
    text.replace("OriginalContent", "Other"),
  ];
  for (const body of broken) {
    assert.throws(
      () => decodeSealedBody(Buffer.from(body, "latin1")),
      { code: "host-answer-malformed" },
      body,
    );
  }
});
