import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Secret, systemEntropy } from "../../../base/index.ts";
import { FakeClock } from "../../../base/testing/index.ts";
import { decodeChallenge, encodeChallenge } from "./challenge-message.ts";
import { NtlmAcceptor, type NtlmAcceptorOptions, type NtlmAdmission } from "./ntlm-acceptor.ts";
import { NtlmClient, type NtlmClientOptions } from "./ntlm-client.ts";
import type { NtlmSession } from "./ntlm-session.ts";

const CHANNEL = Buffer.from("tls-server-end-point:one host");

function meet(options: {
  readonly client?: Partial<NtlmClientOptions>;
  readonly acceptor?: Partial<NtlmAcceptorOptions>;
  readonly password?: string;
  readonly channelBinding?: Uint8Array;
  /** What somebody in between makes of the host's answer, or of the client's last message. */
  readonly challenge?: (bytes: Uint8Array) => Uint8Array;
  readonly last?: (bytes: Uint8Array) => Uint8Array;
}): { readonly admission: NtlmAdmission; readonly session: NtlmSession } {
  const clock = new FakeClock();
  const acceptor = new NtlmAcceptor({
    passwordOf: (user) => (user.toLowerCase() === "backup" ? new Secret("Näive ∆ words") : undefined),
    computerName: "HV01",
    clock,
    entropy: systemEntropy,
    ...options.acceptor,
  });
  const client = new NtlmClient({
    account: { user: "Backup", domain: "", password: new Secret(options.password ?? "Näive ∆ words") },
    servicePrincipal: "HTTP/hv01",
    clock,
    entropy: systemEntropy,
    ...options.client,
  });
  const challenge = acceptor.challenge(client.negotiate());
  const { message, session } = client.authenticate(options.challenge?.(challenge) ?? challenge, {
    channelBinding: options.channelBinding,
  });
  return { admission: acceptor.admit(options.last?.(message) ?? message), session };
}

function reasonOf(options: Parameters<typeof meet>[0]): string {
  const { admission } = meet(options);
  return admission.kind === "accepted" ? "accepted" : admission.reason;
}

describe("NtlmClient and NtlmAcceptor", () => {
  test("meet, and then seal for each other", () => {
    const { admission, session } = meet({});
    assert.ok(admission.kind === "accepted");
    assert.equal(admission.user, "Backup");
    assert.ok(admission.canSeal);
    assert.deepEqual(admission.session.open(session.seal(CHANNEL)), new Uint8Array(CHANNEL));
    assert.deepEqual(session.open(admission.session.seal(CHANNEL)), new Uint8Array(CHANNEL));
  });

  test("keep out a wrong password, an unknown account and nonsense", () => {
    assert.equal(reasonOf({ password: "naive words" }), "wrong-password");
    const account = { user: "nobody", domain: "", password: new Secret("x") };
    assert.equal(reasonOf({ client: { account } }), "unknown-account");
    assert.equal(reasonOf({ last: (bytes) => bytes.subarray(0, 70) }), "malformed");
  });

  test("notice what somebody changed in any of the three messages", () => {
    const flip = (at: number) => (bytes: Uint8Array) =>
      bytes.map((byte, i) => (i === at ? byte ^ 0x10 : byte));
    const workstation = { client: { workstation: "PROXY" } };
    const at = 88 + 12; // behind the MIC and the user: the workstation's name
    assert.equal(reasonOf(workstation), "accepted");
    assert.equal(reasonOf({ ...workstation, last: flip(at) }), "tampered");
    assert.equal(reasonOf({ ...workstation, challenge: flip(48) }), "tampered");
  });

  test("bind to the TLS channel: another one is refused, none only by a strict host", () => {
    const bound = { channelBinding: CHANNEL };
    const strict = { channelBinding: CHANNEL, hardening: "strict" } as const;
    assert.equal(reasonOf({ ...bound, acceptor: strict }), "accepted");
    assert.equal(reasonOf({ acceptor: strict }), "wrong-channel");
    assert.equal(reasonOf({ acceptor: { channelBinding: CHANNEL } }), "accepted");
    const other = { channelBinding: Buffer.from("tls-server-end-point:another") };
    assert.equal(reasonOf({ ...bound, acceptor: other }), "wrong-channel");
  });

  test("`authenticate()` refuses a host that wants something weaker", () => {
    const weaker = (bit: number) => (bytes: Uint8Array) => {
      const challenge = decodeChallenge(bytes);
      return encodeChallenge({ ...challenge, flags: (challenge.flags & ~bit) >>> 0 });
    };
    for (const bit of [0x20, 0x80000, 0x20000000, 0x40000000]) {
      assert.throws(() => meet({ challenge: weaker(bit) }), {
        code: "host-authentication-failed",
        reason: "too-weak",
      });
    }
  });
});
