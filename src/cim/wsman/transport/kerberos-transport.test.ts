import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SecurityContext, SecurityContextRequest } from "../kerberos/security-context.ts";
import { LoopbackHost } from "../testing/loopback-host.ts";
import { ntlmAccount, transportTo } from "../testing/wire.ts";
import type { HttpTransportOptions } from "./http-transport.ts";

/** A context that asks its realm for ever, and one that seals by doing nothing. */
class SlowContext implements SecurityContext {
  isComplete = false;
  disposals = 0;
  readonly asked = Promise.withResolvers<void>();
  readonly answered = Promise.withResolvers<Uint8Array>();

  async step(): Promise<Uint8Array> {
    this.asked.resolve();
    return await this.answered.promise;
  }
  seal(message: Uint8Array): { readonly signature: Uint8Array; readonly sealed: Uint8Array } {
    return { signature: new Uint8Array(4), sealed: message };
  }
  open(message: { readonly sealed: Uint8Array }): Uint8Array {
    return message.sealed;
  }
  [Symbol.dispose](): void {
    this.disposals++;
  }
}

async function host(): Promise<LoopbackHost> {
  return await LoopbackHost.open({
    ntlm: ntlmAccount,
    answer: async (envelope) => ({ status: 200, envelope }),
  });
}

function kerberos(
  context: SecurityContext,
  requests: SecurityContextRequest[] = [],
): Partial<HttpTransportOptions> {
  const openSecurityContext = async (request: SecurityContextRequest): Promise<SecurityContext> => {
    requests.push(request);
    return context;
  };
  return { authentication: "kerberos", account: undefined, openSecurityContext };
}

describe("HttpTransport with Kerberos", () => {
  test("is interrupted while the realm is asked, and lets the context go once", async () => {
    await using listener = await host();
    const context = new SlowContext();
    await using transport = transportTo(listener.port, kerberos(context));
    const stop = new AbortController();
    const waiting = assert.rejects(transport.exchange("x", { timeoutMs: 20_000, signal: stop.signal }), {
      code: "interrupted",
    });
    await context.asked.promise;
    stop.abort();
    await waiting;
    assert.equal(context.disposals, 1);
    context.answered.reject(new Error("too late for anybody"));
  });

  test("gives up when the realm takes longer than the time there is", async () => {
    await using listener = await host();
    const context = new SlowContext();
    await using transport = transportTo(listener.port, kerberos(context));
    await assert.rejects(transport.exchange("x", { timeoutMs: 20 }), {
      code: "host-unreachable",
      message: /did not answer within 20 ms$/,
    });
    assert.equal(context.disposals, 1);
    context.answered.resolve(new Uint8Array());
  });

  test("asks for the host's name and the account as they were written, and binds to nothing without TLS", async () => {
    await using listener = await host();
    const context = new SlowContext();
    const requests: SecurityContextRequest[] = [];
    const account = { user: "backup", domain: "corp.example" };
    await using transport = transportTo(listener.port, { ...kerberos(context, requests), account });
    context.answered.resolve(Buffer.from("neither NTLM nor Kerberos"));
    await assert.rejects(transport.exchange("x", { timeoutMs: 20_000 }));
    assert.deepEqual(requests, [{ host: "127.0.0.1", account, channelBinding: undefined }]);
    assert.equal(context.disposals, 1);
  });

  test("NTLM and Basic are not opened without a password", () => {
    for (const authentication of ["ntlm", "basic"] as const) {
      const options = {
        protocol: "https:",
        authentication,
        account: { user: "backup", domain: "" },
      } as const;
      assert.throws(() => transportTo(1, options), TypeError);
    }
  });
});
