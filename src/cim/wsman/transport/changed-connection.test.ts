import assert from "node:assert/strict";
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { needs, run } from "../../../../test/testing/oracles.ts";
import { SOAP_CONTENT_TYPE } from "../http/soap-bytes.ts";
import type { SecurityContext } from "../kerberos/security-context.ts";
import { LoopbackHost } from "../testing/loopback-host.ts";
import { ntlmAccount, transportTo } from "../testing/wire.ts";

const TIMEOUT = { timeoutMs: 20_000 };

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A listener that says what it likes. */
async function listening(server: Server | ReturnType<typeof createServer>): Promise<number> {
  const ready = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", () => ready.resolve());
  await ready.promise;
  return (server.address() as AddressInfo).port;
}

async function closed(server: Server | ReturnType<typeof createServer>): Promise<void> {
  const done = Promise.withResolvers<void>();
  server.close(() => done.resolve());
  server.closeAllConnections();
  await done.promise;
}

describe("HttpTransport and connections that are not the one it signed in on", () => {
  test("proves the password on no connection but the one that the challenge came by", async () => {
    let proofs = 0;
    await using host = await LoopbackHost.open({
      ntlm: {
        ...ntlmAccount,
        passwordOf: (...account) => {
          proofs++;
          return ntlmAccount.passwordOf(...account);
        },
      },
      answer: async (envelope) => ({ status: 200, envelope }),
      tamper: (answer) => ({ ...answer, headers: { ...answer.headers, connection: "close" } }),
    });
    await using transport = transportTo(host.port);
    await assert.rejects(transport.exchange("x", TIMEOUT), {
      code: "host-unreachable",
      message: /it closed the connection$/,
    });
    assert.equal(proofs, 0);
  });

  test("signs in again after an answer that was not sealed, on the same connection too", async () => {
    let isForged = false;
    const forged = { status: 200, headers: { "content-type": SOAP_CONTENT_TYPE }, body: Buffer.from("<a/>") };
    await using host = await LoopbackHost.open({
      ntlm: ntlmAccount,
      answer: async (envelope) => ({ status: 200, envelope }),
      tamper: (answer) => (isForged ? forged : answer),
    });
    await using transport = transportTo(host.port);
    assert.equal(await transport.exchange("one", TIMEOUT), "one");
    isForged = true;
    await assert.rejects(transport.exchange("two", TIMEOUT), { code: "host-answer-tampered" });
    isForged = false;
    assert.equal(await transport.exchange("three", TIMEOUT), "three");
    assert.equal(host.connections, 1);
  });

  test("keeps exchanges in line when one that waits is interrupted", async () => {
    const asked: string[] = [];
    const heard = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    await using host = await LoopbackHost.open({
      ntlm: ntlmAccount,
      answer: async (envelope) => {
        asked.push(`${envelope} begins`);
        heard.resolve();
        if (envelope === "one") await go.promise;
        asked.push(`${envelope} ends`);
        return { status: 200, envelope };
      },
    });
    await using transport = transportTo(host.port);
    const one = transport.exchange("one", TIMEOUT);
    const impatient = new AbortController();
    const two = transport.exchange("two", { ...TIMEOUT, signal: impatient.signal });
    const three = transport.exchange("three", TIMEOUT);
    impatient.abort(); // nobody is signed in yet: whoever went ahead would sign in between
    await assert.rejects(two, { code: "interrupted" });
    await heard.promise;
    // a whole exchange of somebody else: time enough for a third to go ahead, if it would
    await using other = transportTo(host.port);
    await other.exchange("other", TIMEOUT);
    go.resolve();
    assert.deepEqual(await Promise.all([one, three]), ["one", "three"]);
    assert.deepEqual(asked, [
      "one begins",
      "other begins",
      "other ends",
      "one ends",
      "three begins",
      "three ends",
    ]);
  });

  test("takes no answer of more than 16 MiB, and follows no redirection", async () => {
    const large = Buffer.alloc(1024 * 1024);
    let megabytes = 0;
    let redirected = 0;
    const handler: Handler = (request, response) => {
      request.resume();
      if (request.url !== "/wsman") redirected++;
      if (megabytes === 0) {
        response.writeHead(307, { location: `http://127.0.0.1:${port}/elsewhere` }).end();
        return;
      }
      response.writeHead(401, { "www-authenticate": "Negotiate" });
      const more = (): void => {
        while (megabytes < 64 && response.write(large)) megabytes++;
        if (megabytes < 64) response.once("drain", more);
        else response.end();
      };
      more();
    };
    const server = createServer(handler);
    const port = await listening(server);
    try {
      await using transport = transportTo(port);
      await assert.rejects(transport.exchange("x", TIMEOUT), { code: "host-authentication-failed" });
      assert.equal(redirected, 0);
      megabytes = 1;
      await assert.rejects(transport.exchange("x", TIMEOUT), {
        code: "host-answer-malformed",
        message: /longer than 16777216 bytes/,
      });
    } finally {
      await closed(server);
    }
  });
});

describe("HttpTransport and certificates that change", () => {
  const folder = { path: "" };
  const pairs: { readonly key: string; readonly cert: string; readonly der: Uint8Array }[] = [];
  before(() => {
    if (needs("openssl").skip !== false) return;
    folder.path = mkdtempSync(join(tmpdir(), "stillpoint-tls-"));
    for (const name of ["one", "two"]) {
      const [keyFile, certFile] = [join(folder.path, `${name}.key`), join(folder.path, `${name}.pem`)];
      const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const key = privateKey.export({ type: "pkcs8", format: "pem" });
      writeFileSync(keyFile, key);
      const subject = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1"];
      run("openssl", ["req", "-x509", "-key", keyFile, "-days", "2", ...subject, "-out", certFile]);
      const cert = readFileSync(certFile, "utf8");
      pairs.push({ key, cert, der: new X509Certificate(cert).raw });
    }
  });
  after(() => {
    if (folder.path !== "") rmSync(folder.path, { recursive: true, force: true });
  });

  test(
    "shows no ticket on a connection with another certificate than the one it was bound to",
    needs("openssl"),
    async () => {
      const [one, two] = pairs;
      assert.ok(one !== undefined && two !== undefined);
      const tokens: string[] = [];
      const server = createTlsServer({ key: one.key, cert: one.cert }, (request, response) => {
        request.resume();
        if (request.headers.authorization !== undefined) tokens.push(request.headers.authorization);
        server.setSecureContext({ key: two.key, cert: two.cert });
        response.writeHead(401, { "www-authenticate": "Negotiate", connection: "close" }).end();
      });
      const port = await listening(server);
      const context: SecurityContext = {
        isComplete: false,
        step: async () => Buffer.from("ticket"),
        seal: () => assert.fail(),
        open: () => assert.fail(),
        [Symbol.dispose]: () => undefined,
      };
      try {
        await using transport = transportTo(port, {
          protocol: "https:",
          authentication: "kerberos",
          account: undefined,
          authorities: one.cert + two.cert,
          openSecurityContext: async () => context,
        });
        await assert.rejects(transport.exchange("x", TIMEOUT), { code: "host-unreachable" });
        assert.deepEqual(tokens, []);
      } finally {
        await closed(server);
      }
    },
  );

  test("takes a pin for one certificate only, to its last digit", needs("openssl"), async () => {
    const [one] = pairs;
    assert.ok(one !== undefined);
    const printed = new X509Certificate(one.cert).fingerprint256.replaceAll(":", "");
    const last = printed.endsWith("0") ? "1" : "0";
    await using host = await LoopbackHost.open({
      tls: one,
      ntlm: ntlmAccount,
      answer: async (envelope) => ({ status: 200, envelope }),
    });
    for (const certificatePin of [`${printed.slice(0, -1)}${last}`, printed.slice(0, 16), ""]) {
      await using transport = transportTo(host.port, { protocol: "https:", certificatePin });
      await assert.rejects(transport.exchange("x", TIMEOUT), { code: "host-certificate-untrusted" });
    }
  });
});
