import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { needs, run } from "../../../../test/testing/oracles.ts";
import { Secret } from "../../../base/index.ts";
import { SOAP_CONTENT_TYPE } from "../http/soap-bytes.ts";
import { LoopbackHost, type LoopbackOptions } from "../testing/loopback-host.ts";
import { ntlmAccount, PASSWORD, transportTo, USER } from "../testing/wire.ts";

const TIMEOUT = { timeoutMs: 20_000 };
const wrong = { user: USER, domain: "", password: new Secret("wrong") };

async function echoHost(changed: Partial<LoopbackOptions> = {}): Promise<LoopbackHost> {
  return await LoopbackHost.open({
    ntlm: ntlmAccount,
    answer: async (envelope) => ({ status: 200, envelope: `<echo>${envelope}</echo>` }),
    ...changed,
  });
}

describe("HttpTransport over HTTP", () => {
  test("signs in once and seals on one connection; exchanges that overlap wait for each other", async () => {
    await using host = await echoHost();
    await using transport = transportTo(host.port);
    const said = ["one", "zwei ä", "x".repeat(300_000)];
    const answers = await Promise.all(said.map(async (text) => await transport.exchange(text, TIMEOUT)));
    assert.deepEqual(
      answers,
      said.map((text) => `<echo>${text}</echo>`),
    );
    assert.equal(host.connections, 1);
  });

  test("sends nothing in clear text", async () => {
    const bodies: string[] = [];
    await using host = await echoHost({
      tamper: (answer) => {
        bodies.push(Buffer.from(answer.body).toString("latin1"));
        return answer;
      },
    });
    await using transport = transportTo(host.port);
    await transport.exchange("a secret sentence", TIMEOUT);
    assert.ok(bodies.at(-1)?.includes("HTTP-SPNEGO-session-encrypted"));
    assert.ok(!bodies.join("").includes("secret"));
  });

  test("refuses a wrong password, and never says what was expected", async () => {
    await using host = await echoHost();
    await using transport = transportTo(host.port, { account: wrong });
    await assert.rejects(
      transport.exchange("x", TIMEOUT),
      (error: Error & { code?: string; reason?: string }) => {
        assert.equal(error.code, "host-authentication-failed");
        assert.equal(error.reason, "refused");
        assert.equal(
          error.message,
          'Cannot sign in to "127.0.0.1" as "backup": it does not take this name and password',
        );
        return true;
      },
    );
  });

  test("falls back to the scheme NTLM, and says when a host offers neither", async () => {
    for (const offered of [["NTLM"], ['Basic realm="x"'], []]) {
      await using host = await echoHost({
        tamper: (answer) => {
          const value = String(answer.headers["www-authenticate"] ?? "");
          const isOurs = value.startsWith("NTLM ") && offered.includes("NTLM");
          return answer.status === 401 && !isOurs
            ? { status: 401, headers: { "www-authenticate": offered }, body: new Uint8Array() }
            : answer;
        },
      });
      await using transport = transportTo(host.port);
      if (offered[0] === "NTLM") assert.equal(await transport.exchange("x", TIMEOUT), "<echo>x</echo>");
      else await assert.rejects(transport.exchange("x", TIMEOUT), { reason: "not-offered" });
    }
  });

  test("signs in again after the host closed the connection", async () => {
    await using host = await echoHost();
    await using transport = transportTo(host.port);
    await transport.exchange("one", TIMEOUT);
    await host.hangUp();
    assert.equal(await transport.exchange("two", TIMEOUT), "<echo>two</echo>");
    assert.equal(host.connections, 2);
  });

  test("does not send again what broke in the middle; the next exchange works", async () => {
    const asked: string[] = [];
    await using host = await echoHost({
      answer: async (envelope) => {
        asked.push(envelope);
        return asked.length === 1 ? "break" : { status: 200, envelope };
      },
    });
    await using transport = transportTo(host.port);
    await assert.rejects(transport.exchange("one", TIMEOUT), { code: "host-unreachable", retry: "later" });
    assert.equal(await transport.exchange("two", TIMEOUT), "two");
    assert.deepEqual(asked, ["one", "two"]);
  });

  test("gives up when the time is over, and at once when it is interrupted", async () => {
    let heard = Promise.withResolvers<void>();
    await using host = await echoHost({
      answer: async (envelope) => {
        heard.resolve();
        return envelope === "late" ? "silence" : { status: 200, envelope };
      },
    });
    await using transport = transportTo(host.port);
    assert.equal(await transport.exchange("first", TIMEOUT), "first");
    await assert.rejects(transport.exchange("late", { timeoutMs: 50 }), {
      code: "host-unreachable",
      message: /did not answer within 50 ms/,
    });
    heard = Promise.withResolvers<void>();
    const stop = new AbortController();
    const waiting = transport.exchange("late", { ...TIMEOUT, signal: stop.signal });
    const rejected = assert.rejects(waiting, { code: "interrupted" });
    await heard.promise;
    stop.abort();
    await rejected;
    const busy = new AbortController();
    const ahead = assert.rejects(transport.exchange("late", { ...TIMEOUT, signal: busy.signal }));
    const impatient = new AbortController();
    const behind = transport.exchange("x", { ...TIMEOUT, signal: impatient.signal });
    impatient.abort();
    await assert.rejects(behind, { code: "interrupted" });
    busy.abort();
    await ahead;
    await assert.rejects(transport.exchange("x", { ...TIMEOUT, signal: AbortSignal.abort() }), {
      code: "interrupted",
    });
    assert.equal(await transport.exchange("next", TIMEOUT), "next");
  });

  test("uses no answer whose seal does not fit, that is not sealed, cut off, or no envelope", async () => {
    const flip = (body: Uint8Array): Uint8Array =>
      body.map((byte, i) => (i === body.length - 40 ? byte ^ 1 : byte));
    const clear = { status: 200, headers: { "content-type": SOAP_CONTENT_TYPE }, body: Buffer.from("<a/>") };
    const cases: readonly (readonly [LoopbackOptions["tamper"], string])[] = [
      [(answer) => ({ ...answer, body: flip(answer.body) }), "host-answer-tampered"],
      [() => clear, "host-answer-tampered"],
      [(answer) => ({ ...answer, body: answer.body.subarray(0, -30) }), "host-answer-malformed"],
      [() => ({ ...clear, headers: { "content-type": "text/html" } }), "host-answer-malformed"],
      [() => ({ ...clear, status: 413, headers: {} }), "host-envelope-too-large"],
      [() => ({ ...clear, status: 403, headers: {} }), "host-authentication-failed"],
      [() => ({ ...clear, status: 401, headers: {} }), "host-authentication-failed"],
    ];
    for (const [tamper, code] of cases) {
      await using host = await echoHost({
        tamper: (answer) =>
          answer.headers["content-type"] === undefined ? answer : (tamper?.(answer) ?? answer),
      });
      await using transport = transportTo(host.port);
      await assert.rejects(transport.exchange("some text that is long enough", TIMEOUT), { code });
    }
  });

  test("puts an IPv6 address in brackets where the endpoint is named, and connects without them", async () => {
    await using transport = transportTo(1, { host: "::1" });
    assert.equal(transport.endpoint, "http://[::1]:1/wsman");
    await assert.rejects(transport.exchange("<a/>", { timeoutMs: 30_000 }), { code: "host-unreachable" });
  });

  test("says when nobody listens", async () => {
    const host = await echoHost();
    await host[Symbol.asyncDispose]();
    await using transport = transportTo(host.port);
    await assert.rejects(transport.exchange("x", TIMEOUT), { code: "host-unreachable" });
  });
});

describe("HttpTransport over HTTPS", () => {
  let folder = "";
  let tls = { key: "", cert: "" };
  let fingerprint = "";
  before(() => {
    if (needs("openssl").skip !== false) return;
    folder = mkdtempSync(join(tmpdir(), "stillpoint-tls-"));
    const keyFile = join(folder, "key.pem");
    const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
      type: "pkcs8",
      format: "pem",
    });
    writeFileSync(keyFile, key);
    const certFile = join(folder, "cert.pem");
    const subject = ["-subj", "/CN=hv01", "-addext", "subjectAltName=IP:127.0.0.1"];
    run("openssl", ["req", "-x509", "-key", keyFile, "-sha384", "-days", "2", ...subject, "-out", certFile]);
    tls = { key, cert: readFileSync(certFile, "utf8") };
    const printed = run("openssl", ["x509", "-in", certFile, "-noout", "-fingerprint", "-sha256"]);
    fingerprint = printed.trim().replace(/^.*=/, "");
  });
  after(() => {
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  const https = { protocol: "https:" } as const;

  test(
    "trusts the pinned certificate, binds NTLM to the channel, and seals nothing",
    needs("openssl"),
    async () => {
      const binding = run("sh", [
        "-c",
        `openssl x509 -in '${folder}/cert.pem' -outform DER | openssl dgst -sha384 -hex`,
      ]);
      const digest = Buffer.from(binding.trim().replace(/^.*= ?/, ""), "hex");
      const channelBinding = Buffer.concat([Buffer.from("tls-server-end-point:"), digest]);
      await using host = await echoHost({
        tls,
        ntlm: { ...ntlmAccount, channelBinding, hardening: "strict" },
      });
      await using transport = transportTo(host.port, { ...https, certificatePin: fingerprint });
      assert.equal(await transport.exchange("one", TIMEOUT), "<echo>one</echo>");
      assert.equal(await transport.exchange("two", TIMEOUT), "<echo>two</echo>");
      const other = { ...ntlmAccount, channelBinding: Buffer.from("tls-server-end-point:x") };
      await using relayed = await echoHost({ tls, ntlm: other });
      await using victim = transportTo(relayed.port, { ...https, certificatePin: fingerprint });
      await assert.rejects(victim.exchange("x", TIMEOUT), { code: "host-authentication-failed" });
    },
  );

  test("trusts an authority, else nothing is sent: not even who asks", needs("openssl"), async () => {
    let requests = 0;
    await using host = await echoHost({
      tls,
      tamper: (answer) => {
        requests++;
        return answer;
      },
    });
    const fails = {
      code: "host-certificate-untrusted",
      fingerprint: fingerprint.replaceAll(":", "").toLowerCase(),
    };
    await using unknown = transportTo(host.port, https);
    await assert.rejects(unknown.exchange("x", TIMEOUT), fails);
    await using other = transportTo(host.port, { ...https, certificatePin: "00".repeat(32) });
    await assert.rejects(other.exchange("x", TIMEOUT), fails);
    assert.equal(requests, 0);
    await using known = transportTo(host.port, { ...https, authorities: tls.cert });
    assert.equal(await known.exchange("x", TIMEOUT), "<echo>x</echo>");
    await using misnamed = transportTo(host.port, { ...https, host: "localhost", authorities: tls.cert });
    await assert.rejects(misnamed.exchange("x", TIMEOUT), { ...fails, message: /nobody vouches/ });
  });

  test("speaks Basic where it is asked to, and never without TLS", needs("openssl"), async () => {
    const basic = (user: string, password: string): boolean => user === USER && password === PASSWORD;
    await using host = await echoHost({ tls, basic });
    const options = { ...https, certificatePin: fingerprint, authentication: "basic" } as const;
    await using transport = transportTo(host.port, options);
    assert.equal(await transport.exchange("one", TIMEOUT), "<echo>one</echo>");
    await host.hangUp();
    assert.equal(await transport.exchange("two", TIMEOUT), "<echo>two</echo>");
    await using refused = transportTo(host.port, { ...options, account: wrong });
    await assert.rejects(refused.exchange("x", TIMEOUT), {
      code: "host-authentication-failed",
      reason: "refused",
    });
    assert.throws(() => transportTo(host.port, { authentication: "basic" }), { reason: "too-weak" });
  });
});

/** Runs a program while this process goes on answering it. */
async function runBeside(
  tool: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<string> {
  const child = spawn(tool, args, { env: { ...process.env, ...environment } });
  let text = "";
  child.stdout.on("data", (part: Buffer) => {
    text += part.toString();
  });
  child.stderr.on("data", (part: Buffer) => {
    text += part.toString();
  });
  const closed = Promise.withResolvers<void>();
  child.once("close", () => closed.resolve());
  await closed.promise;
  return text;
}

describe("WsmanHostConnection", () => {
  test("lets `curl --ntlm` in, and keeps a wrong password out", needs("curl", "openssl"), async () => {
    const folder = mkdtempSync(join(tmpdir(), "stillpoint-curl-"));
    try {
      const pem = ["-keyout", `${folder}/k.pem`, "-out", `${folder}/c.pem`, "-nodes", "-newkey", "rsa:2048"];
      run("openssl", ["req", "-x509", "-subj", "/CN=hv01", "-days", "2", ...pem]);
      const tls = {
        key: readFileSync(`${folder}/k.pem`, "utf8"),
        cert: readFileSync(`${folder}/c.pem`, "utf8"),
      };
      await using host = await echoHost({ tls });
      const url = `https://127.0.0.1:${host.port}/wsman`;
      for (const [password, expected] of [
        [PASSWORD, "<echo>hello</echo> 200"],
        ["wrong", " 401"],
      ] as const) {
        const options = [
          "-s",
          "-k",
          "--http1.1",
          "-w",
          " %{http_code}",
          "-H",
          `Content-Type: ${SOAP_CONTENT_TYPE}`,
        ];
        const said = await runBeside("curl", [
          ...options,
          "--ntlm",
          "-u",
          `${USER}:${password}`,
          "-d",
          "hello",
          url,
        ]);
        assert.equal(said, expected);
      }
      await using plain = await echoHost();
      const said = await runBeside("curl", [
        "-s",
        "-w",
        "%{http_code}",
        "--ntlm",
        "-u",
        `${USER}:${PASSWORD}`,
        "-d",
        "x",
        `http://127.0.0.1:${plain.port}/wsman`,
      ]);
      assert.match(said, /unencrypted traffic is not allowed500/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

test("`HttpTransport` says in one line that a port speaks no TLS", async () => {
  await using host = await echoHost({});
  await using transport = transportTo(host.port, { protocol: "https:" });
  await assert.rejects(transport.exchange("x", TIMEOUT), {
    code: "host-unreachable",
    message: /^Cannot talk to "[^"]+": TLS failed with "[a-z ]+"$/,
  });
});
