import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { run } from "../../../../test/testing/oracles.ts";
import { MIB, Secret } from "../../../base/index.ts";
import { KerberosHost, type KerberosHostOptions, needsKerberos } from "../testing/kerberos-host.ts";
import { KerberosRealm } from "../testing/kerberos-realm.ts";
import { transportTo } from "../testing/wire.ts";
import type { HttpTransport, HttpTransportOptions } from "../transport/http-transport.ts";
import { GssContext } from "./gssapi/gss-context.ts";
import type { SecurityContext } from "./security-context.ts";

const TIMEOUT = { timeoutMs: 20_000 };
const PASSWORD = "Correct horse 7";
const KERBEROS = "1.2.840.113554.1.2.2";

const skipped = needsKerberos();
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** What the process has of the system's memory once its garbage is gone. */
function memoryInUse(): number {
  collectGarbage();
  return process.memoryUsage().rss;
}

/** Runs a program while this process goes on. */
const runBeside = async (tool: string, args: readonly string[]): Promise<string> =>
  (await promisify(execFile)(tool, args)).stdout;

/** The library reads the realm's configuration from this process' environment; each test file has a process of its own. */
describe(
  "Kerberos by the system's GSSAPI, with MIT's key distribution centre and Debian's python3-gssapi",
  skipped,
  () => {
    let realm: KerberosRealm;
    before(async () => {
      if (skipped.skip !== false) return;
      realm = await KerberosRealm.open();
      realm.addUser("backup", PASSWORD);
      realm.addUser("other", PASSWORD);
      realm.addService("HTTP/localhost");
      Object.assign(process.env, realm.environment);
    });
    after(async () => {
      if (skipped.skip === false) await realm[Symbol.asyncDispose]();
    });

    afterEach(() => {
      if (skipped.skip === false) realm.signOut();
    });

    const hostOf = async (options: KerberosHostOptions = {}): Promise<KerberosHost> =>
      await KerberosHost.open(realm.environment, options);
    const transport = (port: number, changed: Partial<HttpTransportOptions> = {}): HttpTransport =>
      transportTo(port, { host: "localhost", authentication: "kerberos", account: undefined, ...changed });
    const account = (user: string, password: string): Partial<HttpTransportOptions> => ({
      account: { user, domain: "", password: new Secret(password) },
    });

    test("`HttpTransport` shows the ticket that is there, and seals both ways, also what is long", async () => {
      realm.signIn("backup", PASSWORD);
      await using host = await hostOf();
      await using client = transport(host.port);
      for (const text of ["one", "zwei ä", "", "x".repeat(300_000), "five"]) {
        assert.equal(await client.exchange(text, TIMEOUT), `<echo>${text}</echo>`);
      }
      const handshake = await host.handshake();
      assert.deepEqual(handshake, { user: "backup@STILLPOINT.TEST", mechanism: KERBEROS, bound: false });
    });

    test("`HttpTransport` gets a ticket with a password, and never shows another's", async () => {
      realm.signIn("other", PASSWORD);
      await using host = await hostOf();
      for (const user of ["backup", "backup@stillpoint.test"]) {
        await using client = transport(host.port, account(user, PASSWORD));
        assert.equal(await client.exchange("one", TIMEOUT), "<echo>one</echo>");
        assert.equal((await host.handshake()).user, "backup@STILLPOINT.TEST");
      }
      await using named = transport(host.port, { account: { user: "other", domain: "Stillpoint.Test" } });
      assert.equal(await named.exchange("one", TIMEOUT), "<echo>one</echo>");
      assert.equal((await host.handshake()).user, "other@STILLPOINT.TEST");
    });

    test("`HttpTransport` begins anew on a new connection, with a context of its own", async () => {
      realm.signIn("backup", PASSWORD);
      await using host = await hostOf();
      await using client = transport(host.port);
      assert.equal(await client.exchange("one", TIMEOUT), "<echo>one</echo>");
      const long = "x".repeat(4 * MIB); // nobody has read, opened, sealed and answered it by then
      const interrupted = client.exchange(long, { ...TIMEOUT, signal: AbortSignal.timeout(0) });
      await assert.rejects(interrupted, { code: "interrupted" });
      assert.equal(await client.exchange("three", TIMEOUT), "<echo>three</echo>");
    });

    test("`GssContext` lets go of what it holds when its owner leaves while the realm is asked", async () => {
      realm.signIn("backup", PASSWORD);
      const context = await GssContext.open({ host: "localhost" });
      const first = context.step();
      await assert.rejects(context.step(), TypeError);
      context[Symbol.dispose]();
      assert.ok((await first).length > 0);
      context[Symbol.dispose]();
      await assert.rejects(context.step(), TypeError);
      assert.throws(() => context.seal(Buffer.from("x")), TypeError);
    });

    test("`GssContext` offers Kerberos and nothing else, NTLM least of all", async () => {
      realm.signIn("backup", PASSWORD);
      const requests = [{ host: "localhost" }, { host: "localhost", ...account("backup", PASSWORD) }];
      for (const request of requests) {
        using context = await GssContext.open(request);
        const token = Buffer.from(await context.step()).toString("hex");
        // RFC 4178 4.2.1: a list of one mechanism, which is Kerberos
        assert.ok(token.includes("a00d300b06092a864886f712010202"), token.slice(0, 200));
        assert.ok(!token.includes("2b06010401823702020a"), "it offers NTLM ([MS-NLMP] 1.9)");
      }
    });

    test("`GssContext` goes on with nothing after a step that failed", async () => {
      using context = await GssContext.open({ host: "localhost", ...account("backup", "wrong") });
      await assert.rejects(context.step(), { code: "kerberos-password-refused" });
      await assert.rejects(context.step(), TypeError);
    });

    test("`GssContext` seals thousands of messages without keeping memory", async () => {
      realm.signIn("backup", PASSWORD);
      await using host = await hostOf();
      let context: SecurityContext | undefined;
      await using client = transport(host.port, {
        openSecurityContext: async (request) => {
          context = await GssContext.open(request);
          return context;
        },
      });
      assert.equal(await client.exchange("one", TIMEOUT), "<echo>one</echo>");
      assert.ok(context !== undefined);
      const message = new Uint8Array(8192).fill(7);
      const mine = Buffer.from("mine");
      context.open(context.seal(mine));
      assert.equal(mine.toString(), "mine");
      const work = (): void => {
        for (let round = 0; round < 1_000; round++) {
          const sealed = context?.seal(message);
          assert.equal(sealed?.sealed.length, message.length);
          // 60 bytes: RFC 4121 4.2.6.2's token with confounder, checksum and the copy of its head, nothing behind the data
          assert.equal(sealed.signature.length, 60);
          assert.equal(context?.open(sealed), undefined); // it is our own: the direction is wrong
        }
      };
      work();
      const grown = [0, 0, 0].map(() => {
        const before = memoryInUse();
        work();
        return memoryInUse() - before;
      });
      // messages that are not released would be 8 MiB or more each time
      assert.ok(Math.min(...grown) < 4 * MIB, `${grown.join(", ")} bytes more than before`);
    });

    describe("tells why there is no ticket", () => {
      const rejects = async (
        changed: Partial<HttpTransportOptions>,
        expected: { readonly code: string; readonly message: RegExp; readonly retry: string },
      ): Promise<void> => {
        await using client = transport(1, changed); // nobody is connected to
        await assert.rejects(client.exchange("x", TIMEOUT), (error: Error & { systemText?: string }) => {
          assert.deepEqual(
            {
              code: (error as Error & { code: string }).code,
              retry: (error as Error & { retry: string }).retry,
            },
            { code: expected.code, retry: expected.retry },
          );
          assert.match(error.message, expected.message);
          assert.ok(!`${error.message}${error.systemText}`.includes("Correct"), error.message);
          return true;
        });
      };

      test("none is there", async () => {
        await rejects(
          {},
          {
            code: "kerberos-ticket-missing",
            message:
              /^Cannot sign in to "HTTP\/localhost" with Kerberos: there is no ticket to show, or it has expired \(.+\)$/,
            retry: "after-repair",
          },
        );
      });

      test("it has expired", async () => {
        realm.signIn("backup", PASSWORD);
        realm.expireTicket();
        await rejects(
          {},
          { code: "kerberos-ticket-missing", message: /\(Ticket expired\)$/, retry: "after-repair" },
        );
      });

      test("it is another user's", async () => {
        realm.signIn("other", PASSWORD);
        const backup = { account: { user: "backup", domain: "" } };
        const message = /^Cannot sign in to "HTTP\/localhost" as "backup" with Kerberos: there is no ticket/;
        await rejects(backup, { code: "kerberos-ticket-missing", message, retry: "after-repair" });
      });

      test("the password is wrong, or nobody has this name", async () => {
        const code = "kerberos-password-refused";
        const retry = "after-repair";
        const wrong = /the realm does not take this name and password \(Preauthentication failed\)$/;
        await rejects(account("backup", "Correct horse 8"), { code, message: wrong, retry });
        const unknown =
          /the realm does not take this name and password \(Client not found in Kerberos database\)$/;
        await rejects(account("nobody", "Correct horse 8"), { code, message: unknown, retry });
      });

      test("the realm does not know the host by this name", async () => {
        realm.signIn("backup", PASSWORD);
        const expected = {
          code: "kerberos-service-unknown",
          message: /^Cannot sign in to "HTTP\/127\.0\.0\.1".*: the realm does not know this service/,
          retry: "after-repair",
        };
        await rejects({ host: "127.0.0.1" }, expected);
        await rejects({ host: "127.0.0.1", ...account("backup", PASSWORD) }, expected);
      });

      test("the realm is unknown, or nobody answers for it", async () => {
        const code = "kerberos-realm-unreachable";
        await rejects(account("backup@elsewhere.test", PASSWORD), {
          code,
          message: /as "backup@ELSEWHERE\.TEST" .*\(Cannot find KDC for requested realm\)$/,
          retry: "later",
        });
        const dead = join(realm.folder, "dead.conf");
        const file = realm.environment["KRB5_CONFIG"] ?? "";
        writeFileSync(dead, readFileSync(file, "utf8").replace(/127\.0\.0\.1:\d+/, "127.0.0.1:1"));
        process.env["KRB5_CONFIG"] = dead;
        try {
          const message = /\(Cannot contact any KDC for requested realm\)$/;
          await rejects(account("backup", PASSWORD), { code, message, retry: "later" });
        } finally {
          process.env["KRB5_CONFIG"] = file;
        }
      });
    });

    test("`curl --negotiate` gets as far with the same host", async () => {
      realm.signIn("backup", PASSWORD);
      await using host = await hostOf();
      const url = `http://localhost:${host.port}/wsman`;
      const said = await runBeside("curl", ["-s", "--negotiate", "-u", ":", "-d", "hello", url]);
      assert.equal(said, "unencrypted traffic is not allowed");
    });

    describe("trusts no host that does not behave", () => {
      const cases: readonly (readonly [NonNullable<KerberosHostOptions["answers"]>, object])[] = [
        ["flipped", { code: "host-answer-tampered" }],
        ["signed", { code: "host-answer-tampered" }],
        ["plain", { code: "host-answer-tampered", message: /it is not sealed$/ }],
        ["unproven", { code: "host-authentication-failed", reason: "unproven" }],
        [
          "refused",
          { code: "host-authentication-failed", reason: "refused", message: /this Kerberos ticket$/ },
        ],
        ["basic", { code: "host-authentication-failed", reason: "not-offered" }],
      ];
      for (const [answers, expected] of cases) {
        test(`its answers are ${answers}`, async () => {
          realm.signIn("backup", PASSWORD);
          await using host = await hostOf({ answers });
          await using client = transport(host.port);
          await assert.rejects(client.exchange("some text that is long enough", TIMEOUT), expected);
        });
      }

      test("its answers are repeated", async () => {
        realm.signIn("backup", PASSWORD);
        await using host = await hostOf({ answers: "repeated" });
        await using client = transport(host.port);
        assert.equal(await client.exchange("one", TIMEOUT), "<echo>one</echo>");
        await assert.rejects(client.exchange("two", TIMEOUT), { code: "host-answer-tampered" });
      });
    });

    test("`HttpTransport` over HTTPS binds the ticket to the certificate, and seals nothing", async () => {
      realm.signIn("backup", PASSWORD);
      const key = join(realm.folder, "key.pem");
      const cert = join(realm.folder, "cert.pem");
      const pem = ["-keyout", key, "-out", cert, "-nodes", "-newkey", "rsa:2048", "-days", "2"];
      run("openssl", ["req", "-x509", "-sha256", "-subj", "/CN=localhost", ...pem]);
      const der = Buffer.from(readFileSync(cert, "latin1").replaceAll(/-----.*-----|\s/g, ""), "base64");
      const digest = createHash("sha256").update(der).digest();
      const binding = Buffer.concat([Buffer.from("tls-server-end-point:"), digest]);
      const https = { protocol: "https:", certificatePin: digest.toString("hex") } as const;
      await using host = await hostOf({ tls: { key, cert }, binding });
      await using client = transport(host.port, https);
      assert.equal(await client.exchange("one", TIMEOUT), "<echo>one</echo>");
      assert.equal(await client.exchange("two", TIMEOUT), "<echo>two</echo>");
      assert.equal((await host.handshake()).bound, true);
      await using relayed = await hostOf({
        tls: { key, cert },
        binding: Buffer.from("tls-server-end-point:x"),
      });
      await using victim = transport(relayed.port, https);
      await assert.rejects(victim.exchange("x", TIMEOUT), { reason: "refused" });
    });
  },
);
