import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Secret, systemClock, systemEntropy } from "../../../base/index.ts";
import { GssPeer, needsGssNtlm } from "../testing/gss-peer.ts";
import { NtlmAcceptor } from "./ntlm-acceptor.ts";
import { NtlmClient } from "./ntlm-client.ts";

const SIGNATURE_BYTES = 16;
const PASSWORD = "Correct horse 7";
const MESSAGES = ["one", "second message, a longer one", "x".repeat(70_000)].map((text) => Buffer.from(text));

function client(password: string): NtlmClient {
  return new NtlmClient({
    account: { user: "backup", domain: "HV01", password: new Secret(password) },
    servicePrincipal: "HTTP/hv01",
    clock: systemClock,
    entropy: systemEntropy,
  });
}

describe("NTLM with Debian's gss-ntlmssp at the other end", () => {
  let folder = "";
  let userFile = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "stillpoint-ntlm-"));
    userFile = join(folder, "users");
    writeFileSync(userFile, `HV01:backup:${PASSWORD}\n`);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test(
    "`NtlmClient` is accepted with its MIC, and both sides open what the other sealed",
    needsGssNtlm(),
    async () => {
      await using peer = new GssPeer("accept", userFile);
      const ours = client(PASSWORD);
      const challenge = await peer.step(ours.negotiate());
      const { message, session } = ours.authenticate(challenge.token);
      assert.ok((await peer.step(message)).complete);
      for (const text of MESSAGES) {
        const { signature, sealed } = session.seal(text);
        assert.deepEqual(await peer.unwrap(Buffer.concat([signature, sealed])), text);
        const wrapped = await peer.wrap(text);
        const opened = session.open({
          signature: wrapped.subarray(0, SIGNATURE_BYTES),
          sealed: wrapped.subarray(SIGNATURE_BYTES),
        });
        assert.deepEqual(Buffer.from(opened ?? ""), text);
      }
    },
  );

  test("`NtlmClient` with a wrong password is refused", needsGssNtlm(), async () => {
    await using peer = new GssPeer("accept", userFile);
    const ours = client("wrong");
    const { message } = ours.authenticate((await peer.step(ours.negotiate())).token);
    await assert.rejects(peer.step(message), /GSS/);
  });

  test("`NtlmClient` with a MIC that somebody changed is refused", needsGssNtlm(), async () => {
    await using peer = new GssPeer("accept", userFile);
    const ours = client(PASSWORD);
    const { message } = ours.authenticate((await peer.step(ours.negotiate())).token);
    const changed = message.map((byte, i) => (i === 75 ? byte ^ 1 : byte));
    await assert.rejects(peer.step(changed), /GSS/);
  });

  test(
    "`NtlmAcceptor` admits a foreign client and seals with it, and keeps a wrong password out",
    needsGssNtlm(),
    async () => {
      for (const password of [PASSWORD, "another"]) {
        await using peer = new GssPeer("initiate", userFile);
        const acceptor = new NtlmAcceptor({
          passwordOf: (user) => (user === "backup" ? new Secret(password) : undefined),
          computerName: "HV01",
          clock: systemClock,
          entropy: systemEntropy,
        });
        const challenge = acceptor.challenge((await peer.step(new Uint8Array())).token);
        const admission = acceptor.admit((await peer.step(challenge)).token);
        if (password !== PASSWORD) {
          assert.deepEqual(admission, { kind: "refused", reason: "wrong-password" });
          continue;
        }
        assert.ok(admission.kind === "accepted", JSON.stringify(admission));
        for (const text of MESSAGES) {
          const wrapped = await peer.wrap(text);
          const opened = admission.session.open({
            signature: wrapped.subarray(0, SIGNATURE_BYTES),
            sealed: wrapped.subarray(SIGNATURE_BYTES),
          });
          assert.deepEqual(Buffer.from(opened ?? ""), text);
          const { signature, sealed } = admission.session.seal(text);
          assert.deepEqual(await peer.unwrap(Buffer.concat([signature, sealed])), text);
        }
      }
    },
  );
});
