import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { needs, run } from "../../../test/testing/oracles.ts";
import { Secret, systemClock, systemEntropy } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import { endPointBinding, NtlmClient, WsmanSession } from "../../cim/wsman/index.ts";
import { machineAt, SCENE_MACHINE, WIRE_PASSWORD, WIRE_USER, WireScene } from "../testing/index.ts";
import { readPemPair } from "./read-pem.ts";

const ACCOUNT = { user: WIRE_USER, domain: "", password: new Secret(WIRE_PASSWORD) };
const SEED = 20_261_122;
const SEALED =
  'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"';
const folder = mkdtempSync(join(tmpdir(), "stillpoint-pem-"));
after(() => rmSync(folder, { recursive: true }));

/** A certificate by openssl; key and certificate in files. */
function pemFiles(name: string): { readonly certificateFile: string; readonly keyFile: string } {
  const [keyFile, certificateFile] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  writeFileSync(keyFile, privateKey.export({ type: "pkcs8", format: "pem" }));
  const subject = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1"];
  run("openssl", ["req", "-x509", "-key", keyFile, "-days", "2", ...subject, "-out", certificateFile]);
  return { certificateFile, keyFile };
}

const post = async (there: WireScene, options: RequestInit = {}, path = "/wsman"): Promise<number> => {
  const response = await fetch(`http://127.0.0.1:${there.port}${path}`, { method: "POST", ...options });
  await response.arrayBuffer();
  return response.status;
};

/** One request by hand: an agent might spread those of a handshake over connections. */
async function ask(socket: Socket, headers: string, body = ""): Promise<string> {
  const length = Buffer.byteLength(body);
  const answer = Promise.withResolvers<string>();
  socket.once("data", (data) => answer.resolve(data.toString("latin1")));
  socket.write(`POST /wsman HTTP/1.1\r\nHost: hv01\r\n${headers}Content-Length: ${length}\r\n\r\n${body}`);
  return await answer.promise;
}

/** The status that ends an NTLM handshake. */
async function signIn(socket: Socket, binding: Parameters<NtlmClient["authenticate"]>[1]): Promise<number> {
  const client = new NtlmClient({
    account: ACCOUNT,
    servicePrincipal: "HTTP/127.0.0.1",
    clock: systemClock,
    entropy: systemEntropy,
  });
  const token = (bytes: Uint8Array): string =>
    `Authorization: Negotiate ${Buffer.from(bytes).toString("base64")}\r\n`;
  const challenged = await ask(socket, token(client.negotiate()));
  const challenge = /negotiate ([\w+/=]+)/i.exec(challenged)?.[1] ?? "";
  const { message } = client.authenticate(Buffer.from(challenge, "base64"), binding);
  return Number(/^HTTP\/1.1 (\d+) /.exec(await ask(socket, token(message)))?.[1]);
}

describe("WireListener over HTTP", () => {
  test("knows one place, takes posts only, and lets in nobody who does not sign in", async () => {
    await using there = await WireScene.open();
    assert.equal(await post(there, { method: "GET" }), 405);
    assert.equal(await post(there, {}, "/other"), 404);
    assert.equal(await post(there), 401);
    const basic = `Basic ${Buffer.from(`${WIRE_USER}:${WIRE_PASSWORD}`).toString("base64")}`;
    assert.equal(await post(there, { headers: { authorization: basic } }), 401);
  });

  test("refuses an envelope that is not sealed, also of one who has signed in", async () => {
    await using there = await WireScene.open();
    const socket = connect(there.port, "127.0.0.1");
    assert.equal(await signIn(socket, {}), 200);
    const type = "Content-Type: application/soap+xml;charset=UTF-8\r\n";
    assert.match(await ask(socket, type, "<s:Envelope/>"), /^HTTP\/1.1 500 [^]*unencrypted/);
    socket.destroy();
  });

  test("reads no request that is longer than the host's largest envelope", async () => {
    await using there = await WireScene.open();
    assert.equal(await post(there, { body: "x".repeat(600 * 1024) }), 413);
    await using older = await WireScene.open({
      host: { os: { caption: "x", version: "6.1.7601", productType: 3 } },
    });
    assert.equal(await post(older, { body: "x".repeat(200 * 1024) }), 413);
    assert.equal(await post(older, { body: "x".repeat(100 * 1024) }), 401);
  });

  test("survives nonsense: tokens, sealed bodies and requests that are none", async () => {
    await using there = await WireScene.open();
    const entropy = new SeededEntropy(SEED);
    const client = new NtlmClient({
      account: ACCOUNT,
      servicePrincipal: "HTTP/x",
      clock: systemClock,
      entropy,
    });
    const negotiate = client.negotiate();
    const statuses = new Set<number>();
    for (let round = 0; round < 60; round++) {
      const token = Buffer.from(round % 2 === 0 ? negotiate : entropy.bytes(1 + entropy.below(200)));
      for (let hit = 0; hit <= round % 4; hit++) token[entropy.below(token.length)] = entropy.below(256);
      const body = Buffer.from(entropy.bytes(entropy.below(300)));
      const headers = {
        authorization: `Negotiate ${token.toString("base64")}`,
        "content-type": SEALED,
      };
      statuses.add(await post(there, { headers, body }));
    }
    assert.deepEqual(
      [...statuses].filter((status) => status !== 400 && status !== 401),
      [],
      `seed ${SEED}`,
    );
    assert.ok(await there.session.get(machineAt(SCENE_MACHINE)));
    assert.deepEqual(there.failures, []);
  });

  test("ends with its clients still connected, and frees its port", async () => {
    const there = await WireScene.open();
    assert.ok(await there.session.get(machineAt(SCENE_MACHINE)));
    const { port } = there;
    await there[Symbol.asyncDispose]();
    await using again = await WireScene.open({}, { http: { host: "127.0.0.1", port } });
    assert.equal(again.port, port);
    await assert.rejects(WireScene.open({}, { http: { host: "127.0.0.1", port } }), {
      code: "simulated-host-cannot-listen",
    });
  });

  test("takes no more operations at once than the host allows", async () => {
    await using there = await WireScene.open(
      { host: { wireFaults: [{ operation: "get", instead: { slowMilliseconds: 600 } }] } },
      { limits: { operations: 1 } },
    );
    await using other = WsmanSession.open({ transport: there.transport(), entropy: systemEntropy });
    const query = async (): Promise<unknown> =>
      await Array.fromAsync(other.query("root\\virtualization\\v2", "SELECT * FROM Msvm_ComputerSystem"));
    await query(); // signed in, and the class is known
    const slow = there.session.get(machineAt(SCENE_MACHINE));
    const begun = async (): Promise<boolean> => (await there.scene.host.state()).wireFaults?.[0]?.used === 1;
    while (!(await begun())) await there.scene.host.audit();
    await assert.rejects(query(), /maximum number of 1 concurrent operations/);
    assert.ok(await slow);
  });
});

describe("WireListener over HTTPS", () => {
  const https = async (): Promise<WireScene> =>
    await WireScene.open({}, { https: { host: "127.0.0.1", port: 0, ...pemFiles("hv01") } });
  const client = (there: WireScene, authentication: "ntlm" | "basic", password = WIRE_PASSWORD) =>
    WsmanSession.open({
      transport: there.transport({
        protocol: "https:",
        port: there.served.https?.address.port ?? 0,
        authorities: readFileSync(join(folder, "hv01.pem"), "utf8"),
        authentication,
        account: { ...ACCOUNT, password: new Secret(password) },
      }),
      entropy: systemEntropy,
    });

  test(
    "takes NTLM that is bound to its certificate, and Basic; no wrong password",
    needs("openssl"),
    async () => {
      await using there = await https();
      for (const authentication of ["ntlm", "basic"] as const) {
        await using right = client(there, authentication);
        assert.ok(await right.get(machineAt(SCENE_MACHINE)));
        await using wrong = client(there, authentication, "wrong");
        await assert.rejects(wrong.get(machineAt(SCENE_MACHINE)), { code: "host-authentication-failed" });
      }
    },
  );

  test("refuses NTLM that is bound to another certificate", needs("openssl"), async () => {
    await using there = await https();
    const { bytes } = await readPemPair(pemFiles("somebody"));
    const port = there.served.https?.address.port ?? 0;
    for (const [channelBinding, status] of [
      [endPointBinding(bytes), 401],
      [undefined, 200], // CbtHardeningLevel relaxed
    ] as const) {
      const socket = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
      assert.equal(await signIn(socket, { channelBinding }), status);
      socket.destroy();
    }
  });

  test("does not begin with a certificate that is none, or a key of another", needs("openssl"), async () => {
    const [one, other] = [pemFiles("one"), pemFiles("other")];
    const pairs = [
      { certificateFile: one.keyFile, keyFile: one.keyFile },
      { certificateFile: one.certificateFile, keyFile: other.keyFile },
      { certificateFile: join(folder, "absent"), keyFile: one.keyFile },
    ];
    for (const pair of pairs) {
      const opening = WireScene.open({}, { https: { host: "127.0.0.1", port: 0, ...pair } });
      await assert.rejects(opening, { code: "simulated-host-cannot-listen" });
    }
  });
});
