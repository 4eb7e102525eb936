import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import * as koffi from "koffi";
import { needs, run } from "../../../../../test/testing/oracles.ts";
import { Secret } from "../../../../base/index.ts";
import type { SecurityContextRequest } from "../security-context.ts";
import { SspiContext } from "./sspi-context.ts";
import { sspiError } from "./sspi-failure.ts";
import { sspiStructures } from "./sspi-functions.ts";

const account = { user: "backup", domain: "CORP", password: new Secret("käse") };
const REQUEST: SecurityContextRequest = { host: "hv01", account };

describe("SspiContext against structures that a C compiler laid out", needs("cc"), () => {
  let folder = "";
  let file = "";
  let stillHeld = (): number => 0;
  let sizeOf: (which: number) => number = () => 0;
  before(() => {
    if (needs("cc").skip !== false) return;
    folder = mkdtempSync(join(tmpdir(), "stillpoint-sspi-"));
    file = join(folder, "secur32.so");
    const source = join(import.meta.dirname, "../../testing/fake-secur32.c");
    run("cc", ["-shared", "-fPIC", "-O1", "-o", file, source]);
    const library = koffi.load(file);
    stillHeld = library.func("int StillHeld()");
    sizeOf = library.func("uint32_t SizeOf(int which)");
  });
  after(() => {
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  const finished = async (request = REQUEST, proof = "proof"): Promise<SspiContext> => {
    const context = await SspiContext.open(request, file);
    try {
      assert.equal(Buffer.from(await context.step()).toString(), "one");
      assert.equal(context.isComplete, false);
      assert.equal((await context.step(Buffer.from(proof))).length, 0);
      return context;
    } catch (error) {
      context[Symbol.dispose]();
      throw error;
    }
  };

  test("`sspiStructures()` has the compiler's sizes", () => {
    const { handle, expiry, buffer, buffers, identity, packageSizes } = sspiStructures(koffi);
    const ours = [handle, expiry, buffer, buffers, identity, packageSizes].map(({ size }) => size);
    assert.deepEqual(
      ours,
      ours.map((_, which) => sizeOf(which)),
    );
  });

  test("`SspiContext` shakes hands, seals with the token apart, opens, and frees all that it held", async () => {
    const context = await finished();
    assert.equal(context.isComplete, true);
    const plain = Buffer.from("some text");
    const { signature, sealed } = context.seal(plain);
    assert.deepEqual(signature, new Uint8Array(60).fill(0x42));
    assert.deepEqual(
      sealed,
      new Uint8Array(plain).map((byte) => byte ^ 0xff),
    );
    assert.equal(plain.toString(), "some text");
    assert.deepEqual(Buffer.from(context.open({ signature, sealed }) ?? "").toString(), "some text");
    assert.equal(context.open({ signature: signature.map(() => 1), sealed }), undefined);
    const unsealed = new Uint8Array(Buffer.from("plain"));
    assert.equal(context.open({ signature, sealed: unsealed }), undefined);
    context[Symbol.dispose]();
    context[Symbol.dispose]();
    assert.equal(stillHeld(), 0);
    assert.throws(() => context.seal(plain), TypeError);
  });

  test("`SspiContext` hands in the channel's binding", async () => {
    using context = await finished({ ...REQUEST, channelBinding: Buffer.from("bind") });
    assert.equal(context.isComplete, true);
    await assert.rejects(finished({ ...REQUEST, channelBinding: Buffer.from("else") }), {
      code: "kerberos-handshake-failed",
      major: 7,
    });
  });

  test("`SspiContext` says why there is no ticket, and refuses a host that proves nothing", async () => {
    const cases = [
      [{ host: "hv01" }, "kerberos-ticket-missing"],
      [{ host: "hv02", account }, "kerberos-service-unknown"],
      [{ host: "hv01", account: { ...account, password: new Secret("other") } }, "kerberos-password-refused"],
    ] as const;
    for (const [request, code] of cases) await assert.rejects(finished(request), { code });
    await assert.rejects(finished(REQUEST, "nopes"), {
      code: "kerberos-handshake-failed",
      message: /does not agree to prove itself/,
    });
    assert.equal(stillHeld(), 0);
  });

  test("sspi-kerberos: an error of the library while signing in or sealing is told with its number, and all is freed", async () => {
    const failed = { code: "kerberos-handshake-failed", message: /SSPI said 0x80090304$/ };
    await assert.rejects(finished(REQUEST, "error"), failed);
    {
      using context = await finished();
      assert.throws(() => context.seal(Buffer.from("fail")), failed);
      assert.equal(context.seal(Buffer.from("fine")).sealed.length, 4);
    }
    assert.equal(stillHeld(), 0);
  });

  test("sspi-never-ntlm: where Negotiate falls back to NTLM all the same, its proof is not sent, for the host proves nothing", async () => {
    const context = await SspiContext.open(REQUEST, file);
    await context.step();
    await assert.rejects(context.step(Buffer.from("ntlm!")), {
      code: "kerberos-handshake-failed",
      message: /does not agree to prove itself/,
    });
    assert.equal(context.isComplete, false);
    assert.throws(() => context.seal(Buffer.from("x")), TypeError);
    context[Symbol.dispose]();
    assert.equal(stillHeld(), 0);
  });

  test("sspi-never-ntlm: where no credential is found without a password, that is told", async () => {
    await assert.rejects(finished({ host: "hv01" }), { code: "kerberos-ticket-missing" });
  });
});

test("`sspiError()` names who, whom and the status", () => {
  const facts = { principal: "backup@CORP.EXAMPLE", service: "HTTP/hv01" };
  const error = sspiError(0x80090324 | 0, facts);
  assert.equal(
    error.message,
    'Cannot sign in to "HTTP/hv01" as "backup@CORP.EXAMPLE" with Kerberos: the clocks are too far apart (SEC_E_TIME_SKEW, 0x80090324)',
  );
  assert.deepEqual([error.major, error.retry], [0x80090324, "after-repair"]);
  assert.equal(sspiError(0x80090311, facts).retry, "later");
});
