import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bytesFromHex, hexFromBytes, Secret } from "../../../base/index.ts";
import { decodeAuthenticate, encodeAuthenticate } from "./authenticate-message.ts";
import { AV, decodeAvPairs } from "./av-pairs.ts";
import { decodeChallenge, encodeChallenge } from "./challenge-message.ts";
import { utf16 } from "./digests.ts";
import { NtlmSession } from "./ntlm-session.ts";
import { encodeClientChallenge, lmV2Response, proveNtlmV2, responseKey } from "./ntlm-v2-response.ts";
import { Rc4 } from "./rc4.ts";
import { sealingKey, signingKey } from "./session-keys.ts";

// Every number here is printed in [MS-NLMP] 4.2 (2024): the section is at each.

const hex = (text: string): Uint8Array => bytesFromHex(text.replaceAll(/\s/g, "")) as Uint8Array;
const account = { user: "User", domain: "Domain", password: new Secret("Password") }; // 4.2.1
const serverChallenge = hex("0123456789abcdef"); // 4.2.1
const clientChallenge = hex("aaaaaaaaaaaaaaaa"); // 4.2.1
const randomSessionKey = hex("55555555555555555555555555555555"); // 4.2.1
const plaintext = utf16("Plaintext"); // 4.2.3.4 and 4.2.4.4
const pairs = new Map([
  [AV.domainName, utf16("Domain")],
  [AV.computerName, utf16("Server")],
]);
const temp = encodeClientChallenge({ time: 0n, clientChallenge, pairs });
const flags = 0xe28a8233; // 4.2.4
const weakFlags = 0x820a8233; // 4.2.3

const CHALLENGE = hex(`
  4e544c4d53535000 02000000 0c000c0038000000 33828ae2 0123456789abcdef 0000000000000000 2400240044000000
  060070170000000f 530065007200760065007200 02000c0044006f006d00610069006e00 01000c00530065007200760065007200
  00000000`); // 4.2.4.3

const AUTHENTICATE = hex(`
  4e544c4d53535000 03000000 180018006c000000 5400540084000000 0c000c0048000000 0800080054000000
  100010005c000000 10001000d8000000 358288e2 0501280a0000000f 44006f006d00610069006e00 5500730065007200
  43004f004d00500055005400450052 00 86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa
  68cd0ab851e51c96aabc927bebef6a1c 0101000000000000 0000000000000000 aaaaaaaaaaaaaaaa 00000000
  02000c0044006f006d00610069006e00 01000c00530065007200760065007200 00000000 00000000
  c5dad2544fc9799094ce1ce90bc9d03e`); // 4.2.4.3

describe("NTLMv2 as [MS-NLMP] 4.2.4 computes it", () => {
  const key = responseKey(account);
  const { response, sessionBaseKey } = proveNtlmV2(key, serverChallenge, temp);

  test("`responseKey()` is NTOWFv2 (4.2.4.1.1)", () => {
    assert.equal(hexFromBytes(key), "0c868a403bfd7a93a3001ef22ef02e3f");
  });

  test("`proveNtlmV2()` gives the response (4.2.4.2.2) and the session base key (4.2.4.1.2)", () => {
    assert.equal(hexFromBytes(response.subarray(0, 16)), "68cd0ab851e51c96aabc927bebef6a1c");
    assert.equal(hexFromBytes(sessionBaseKey), "8de40ccadbc14a82f15cb0ad0de95ca3");
  });

  test("`lmV2Response()` gives the LMv2 response (4.2.4.2.1)", () => {
    assert.equal(
      hexFromBytes(lmV2Response(key, serverChallenge, clientChallenge)),
      "86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa",
    );
  });

  test("the session key travels under the key exchange key (4.2.4.2.3)", () => {
    assert.equal(
      hexFromBytes(new Rc4(sessionBaseKey).apply(randomSessionKey)),
      "c5dad2544fc9799094ce1ce90bc9d03e",
    );
  });

  test("`encodeChallenge()` and `decodeChallenge()` agree with the printed message (4.2.4.3)", () => {
    const decoded = decodeChallenge(CHALLENGE);
    assert.equal(decoded.flags, flags);
    assert.equal(decoded.targetName, "Server");
    assert.deepEqual(decoded.serverChallenge, serverChallenge);
    assert.deepEqual(decoded.targetInfo, pairs);
    assert.equal(
      hexFromBytes(encodeChallenge({ ...decoded, version: hex("060070170000000f") })),
      hexFromBytes(CHALLENGE),
    );
  });

  test("`encodeAuthenticate()` writes the printed message, and `decodeAuthenticate()` reads it (4.2.4.3)", () => {
    const message = {
      flags: 0xe2888235,
      user: "User",
      domain: "Domain",
      workstation: "COMPUTER",
      lmResponse: lmV2Response(key, serverChallenge, clientChallenge),
      ntResponse: response,
      sessionKey: new Rc4(sessionBaseKey).apply(randomSessionKey),
    };
    const version = hex("0501280a0000000f");
    assert.equal(
      hexFromBytes(encodeAuthenticate(message, { room: "none", version })),
      hexFromBytes(AUTHENTICATE),
    );
    const read = decodeAuthenticate(AUTHENTICATE);
    assert.deepEqual(
      { ...read, lmResponse: [...read.lmResponse] },
      { ...read, lmResponse: [...message.lmResponse] },
    );
    assert.equal(read.user, "User");
    assert.equal(read.workstation, "COMPUTER");
    assert.equal(hexFromBytes(read.ntResponse), hexFromBytes(response));
  });

  test("`sealingKey()`, `signingKey()` and `NtlmSession` give the sealed message (4.2.4.4)", () => {
    assert.equal(
      hexFromBytes(sealingKey(flags, randomSessionKey, "client-to-server")),
      "59f600973cc4960a25480a7c196e4c58",
    );
    assert.equal(
      hexFromBytes(signingKey(randomSessionKey, "client-to-server")),
      "4788dc861b4782f35d43fd98fe1a2d39",
    );
    const { signature, sealed } = new NtlmSession("client", flags, randomSessionKey).seal(plaintext);
    assert.equal(hexFromBytes(sealed), "54e50165bf1936dc996020c1811b0f06fb5f");
    assert.equal(hexFromBytes(signature), "010000007fb38ec5c55d497600000000");
  });
});

test("a session with 56 bits and no key exchange seals as [MS-NLMP] 4.2.3.4 prints", () => {
  const key = hex("eb93429a8bd952f8b89c55b87f475edc"); // 4.2.3.1.3
  assert.equal(
    hexFromBytes(sealingKey(weakFlags, key, "client-to-server")),
    "04dd7f014d8504d265a25cc86a3a7c06",
  );
  assert.equal(hexFromBytes(signingKey(key, "client-to-server")), "60e799be5c72fc92922ae8ebe961fb8d");
  const { signature, sealed } = new NtlmSession("client", weakFlags, key).seal(plaintext);
  assert.equal(hexFromBytes(sealed), "a02372f6530273f3aa1eb90190ce5200c99d");
  assert.equal(hexFromBytes(signature), "01000000ff2aeb52f681793a00000000");
});

describe("NtlmSession", () => {
  const both = (): [NtlmSession, NtlmSession] => [
    new NtlmSession("client", flags, randomSessionKey),
    new NtlmSession("server", flags, randomSessionKey),
  ];

  test("opens what the other side sealed, in order, in both directions", () => {
    const [client, server] = both();
    for (const text of ["one", "two", ""]) {
      assert.deepEqual(server.open(client.seal(utf16(text))), utf16(text));
      assert.deepEqual(client.open(server.seal(utf16(text))), utf16(text));
    }
    assert.ok(server.verify(utf16("signed"), client.sign(utf16("signed"))));
    assert.deepEqual(server.open(client.seal(utf16("after"))), utf16("after"));
  });

  test("does not open a message that was changed, repeated or put before another", () => {
    const [client, server] = both();
    const message = client.seal(utf16("text"));
    const changed = message.sealed.map((byte, i) => (i === 3 ? byte ^ 1 : byte));
    assert.equal(server.open({ ...message, sealed: changed }), undefined);
    const [again, other] = both();
    const first = again.seal(utf16("first"));
    const second = again.seal(utf16("second"));
    assert.equal(other.open(second), undefined);
    assert.equal(other.open(first), undefined);
    const [third, fourth] = both();
    const repeated = third.seal(utf16("text"));
    assert.ok(fourth.open(repeated));
    assert.equal(fourth.open(repeated), undefined);
  });
});

describe("messages that lie", () => {
  test("are refused by name: another type, cut off, parts behind the end, information without an end", () => {
    const malformed = { code: "host-answer-malformed" };
    assert.throws(() => decodeChallenge(AUTHENTICATE), malformed);
    assert.throws(() => decodeChallenge(CHALLENGE.subarray(0, 40)), malformed);
    assert.throws(() => decodeChallenge(CHALLENGE.subarray(0, 90)), malformed);
    assert.throws(() => decodeChallenge(new Uint8Array(3)), malformed);
    assert.throws(() => decodeAvPairs(hex("0200ff0044")), malformed);
    assert.throws(() => decodeAvPairs(hex("")), malformed);
    for (let length = 0; length < AUTHENTICATE.length; length++) {
      assert.throws(() => decodeAuthenticate(AUTHENTICATE.subarray(0, length)), malformed);
    }
  });
});
