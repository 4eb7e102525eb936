/* What a host may do otherwise than we assume when somebody signs in and seals (docs/unconfirmed.md, `wsman-…`, `kerberos-…`). */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { HttpAnswer } from "../http/host-connection.ts";
import { decodeSoapBytes } from "../http/soap-bytes.ts";
import type { SecurityContext } from "../kerberos/security-context.ts";
import { LoopbackHost, type LoopbackOptions } from "../testing/loopback-host.ts";
import { ntlmAccount, transportTo } from "../testing/wire.ts";

const TIMEOUT = { timeoutMs: 20_000 };
const NO_BODY = new Uint8Array();

async function echoHost(changed: Partial<LoopbackOptions> = {}): Promise<LoopbackHost> {
  return await LoopbackHost.open({
    ntlm: ntlmAccount,
    answer: async (envelope) => ({ status: 200, envelope: `<echo>${envelope}</echo>` }),
    ...changed,
  });
}

/** The answer to the empty post that ends the handshake. */
const isWelcome = ({ status, headers, body }: HttpAnswer): boolean =>
  status === 200 && headers["content-type"] === undefined && body.length === 0;

describe("HttpTransport and hosts that do otherwise than we assume", () => {
  test("wsman-empty-post: any status but 401 and 403 ends the handshake well", async () => {
    for (const status of [200, 204, 400, 411, 500]) {
      let welcomes = 0;
      await using host = await echoHost({
        tamper: (answer) => {
          if (!isWelcome(answer)) return answer;
          welcomes++;
          return { ...answer, status };
        },
      });
      await using transport = transportTo(host.port);
      assert.equal(await transport.exchange("x", TIMEOUT), "<echo>x</echo>");
      assert.equal(welcomes, 1);
    }
  });

  test("wsman-empty-post: where it is refused nobody is signed in, and no envelope is sent", async () => {
    const envelopes: string[] = [];
    for (const [status, reason] of [
      [401, "refused"],
      [403, "not-allowed"],
    ] as const) {
      await using host = await echoHost({
        answer: async (envelope) => {
          envelopes.push(envelope);
          return { status: 200, envelope };
        },
        tamper: (answer) => (isWelcome(answer) ? { status, headers: {}, body: NO_BODY } : answer),
      });
      await using transport = transportTo(host.port);
      const failed = { code: "host-authentication-failed", reason };
      await assert.rejects(transport.exchange("x", TIMEOUT), failed);
    }
    assert.deepEqual(envelopes, []);
  });

  test("wsman-raw-ntlm: where Negotiate takes NTLM as it is, no other scheme is tried; where not, NTLM is", async () => {
    for (const taken of ["Negotiate", "NTLM"]) {
      const challenged: string[] = [];
      await using host = await echoHost({
        tamper: (answer) => {
          const said = String(answer.headers["www-authenticate"] ?? "");
          const [scheme = "", token] = said.split(" ");
          if (answer.status !== 401 || token === undefined) return answer;
          challenged.push(scheme);
          if (scheme === taken) return answer;
          return { status: 401, headers: { "www-authenticate": ["Negotiate", "NTLM"] }, body: NO_BODY };
        },
      });
      await using transport = transportTo(host.port);
      assert.equal(await transport.exchange("x", TIMEOUT), "<echo>x</echo>");
      assert.deepEqual(challenged, taken === "NTLM" ? ["Negotiate", "NTLM"] : ["Negotiate"]);
    }
  });

  test("wsman-target-name: a host that looks at nothing lets in who comes by its address", async () => {
    await using host = await echoHost();
    await using transport = transportTo(host.port, { host: "127.0.0.1" });
    assert.equal(await transport.exchange("x", TIMEOUT), "<echo>x</echo>");
  });

  test("wsman-target-name: a host that looks refuses who comes by its address, and lets in who comes by its name", async () => {
    const servicePrincipals = ["HTTP/localhost", "HTTP/hv01"];
    await using host = await echoHost({ ntlm: { ...ntlmAccount, servicePrincipals } });
    await using byAddress = transportTo(host.port, { host: "127.0.0.1" });
    await assert.rejects(byAddress.exchange("x", TIMEOUT), {
      code: "host-authentication-failed",
      reason: "refused",
    });
    await using byName = transportTo(host.port, { host: "localhost" });
    assert.equal(await byName.exchange("x", TIMEOUT), "<echo>x</echo>");
  });

  test("kerberos-scheme: a host that offers Kerberos and not Negotiate is told as not offering it", async () => {
    const offered = { status: 401, headers: { "www-authenticate": "Kerberos" }, body: NO_BODY };
    await using host = await echoHost({ tamper: () => offered });
    const context: SecurityContext = {
      isComplete: false,
      step: async () => Buffer.from("ticket"),
      seal: () => assert.fail(),
      open: () => assert.fail(),
      [Symbol.dispose]: () => undefined,
    };
    await using transport = transportTo(host.port, {
      authentication: "kerberos",
      account: undefined,
      openSecurityContext: async () => context,
    });
    await assert.rejects(transport.exchange("x", TIMEOUT), {
      code: "host-authentication-failed",
      reason: "not-offered",
    });
  });
});

describe("decodeSoapBytes()", () => {
  const TEXT = '<?xml version="1.0"?><a>ä€😀</a>';
  const little = Buffer.from(TEXT, "utf16le");
  const mark = Buffer.from("\ufeff", "utf16le");

  test("wsman-utf16: reads little-endian, as it comes from Windows", () => {
    assert.equal(decodeSoapBytes(little, "UTF-16"), TEXT);
  });

  test("wsman-utf16: reads the other order, and a mark before either", () => {
    const big = Buffer.from(little).swap16();
    assert.equal(decodeSoapBytes(big, "utf-16"), TEXT);
    assert.equal(decodeSoapBytes(Buffer.concat([mark, little]), "UTF-16"), TEXT);
    assert.equal(decodeSoapBytes(Buffer.concat([mark, little]).swap16(), "UTF16"), TEXT);
  });
});
