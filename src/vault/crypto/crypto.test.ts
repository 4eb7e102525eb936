import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesFromHex, type Guid, hexFromBytes, parseGuid } from "../../base/index.ts";
import { SeededEntropy } from "../../base/testing/index.ts";
import { VaultDamagedError, VaultTooNewError } from "../errors.ts";
import { CONTENT, SealedHeader } from "../format/layout.ts";
import { aeadOpen, aeadSeal } from "./aead.ts";
import { ed25519Pair, ed25519Sign, isSignedBy } from "./ed25519.ts";
import { openHeader, SessionKeyring } from "./open-header.ts";
import { openPoint, openSegment, sealPoint, sealSegment } from "./sealed-object.ts";
import { envelopeHeader, headerProof, newSessionKeys } from "./session-keys.ts";
import { FULL_KEY_WRITER, vaultKeysFrom } from "./vault-keys.ts";
import { x25519Agree, x25519Pair } from "./x25519.ts";

const hex = (text: string): Uint8Array => bytesFromHex(text) as Uint8Array;
const vault = parseGuid("00112233-4455-6677-8899-aabbccddeeff") as Guid;
const keys = vaultKeysFrom(new Uint8Array(32).fill(1), vault);
const strangers = vaultKeysFrom(new Uint8Array(32).fill(2), vault);

test("`aeadSeal()` is AES-256-GCM: test case 16 of McGrew and Viega's paper", () => {
  const key = hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  const nonce = hex("cafebabefacedbaddecaf888");
  const bound = [hex("feedfacedeadbeeffeedfacedeadbeef"), hex("abaddad2")];
  const plain = hex(
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
  );
  const { sealed, tag } = aeadSeal(plain, { key, nonce, bound });
  assert.equal(hexFromBytes(tag), "76fc6ece0f4e1768cddf8853bb2d551b");
  assert.deepEqual(new Uint8Array(aeadOpen(sealed, tag, { key, nonce, bound }) ?? []), plain);
  assert.equal(aeadOpen(sealed, tag, { key, nonce, bound: bound.toReversed() }), undefined);
});

test("`x25519Agree()` gives the shared secret of RFC 7748, 6.1", () => {
  const bob = x25519Pair(hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
  const alice = hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
  assert.equal(
    hexFromBytes(bob.publicBytes),
    "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
  );
  const agreed = x25519Agree(bob.privateKey, alice);
  assert.ok(agreed !== undefined);
  assert.equal(hexFromBytes(agreed), "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
  assert.equal(x25519Agree(bob.privateKey, new Uint8Array(32)), undefined, "a point of small order");
});

test("`ed25519Sign()` gives the signature of RFC 8032, 7.1, test 2", () => {
  const pair = ed25519Pair(hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  assert.equal(
    hexFromBytes(pair.publicBytes),
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
  );
  const signature = ed25519Sign(hex("72"), pair);
  assert.equal(
    hexFromBytes(signature),
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  );
  assert.ok(isSignedBy(pair.publicBytes, hex("72"), signature));
  assert.ok(!isSignedBy(pair.publicBytes, hex("73"), signature));
  assert.ok(!isSignedBy(new Uint8Array(31), hex("72"), signature), "no public key");
});

test("`openSegment()` refuses a body that somebody who knows the index root put behind a header of another", () => {
  const entropy = new SeededEntropy(8);
  const [header] = sealSegment(Uint8Array.of(1), keys, entropy);
  const { seed } = SealedHeader.decode(header as Uint8Array);
  const forged = sealSegment(Uint8Array.of(2), keys, {
    bytes: (length: number) => (length === 32 ? seed.slice() : new Uint8Array(length)),
  });
  const bytes = Buffer.concat([header as Uint8Array, ...forged.slice(1)]);
  assert.throws(() => openSegment(bytes, "x", keys), { what: "its bytes are not those that were signed" });
});

test("`openHeader()` opens what the vault's writers wrote, and the session's keys with it", () => {
  const session = newSessionKeys(keys, new SeededEntropy(1));
  const bytes = envelopeHeader(keys, session, CONTENT.dataPack);
  const header = openHeader(keys, bytes, { kind: "pack", object: "packs/x" });
  const opened = new SessionKeyring(keys).open(header, "packs/x");
  assert.deepEqual(opened.frameKey, session.frameKey);
  assert.deepEqual(opened.footerKey, session.footerKey);
  assert.notDeepEqual(opened.frameKey, opened.bodyKey);
});

test("`openHeader()` refuses a flipped bit, another vault's key, another kind and a newer version", () => {
  const session = newSessionKeys(keys, new SeededEntropy(1));
  const bytes = envelopeHeader(keys, session, CONTENT.metaPack);
  const subject = { kind: "pack", object: "packs/x" } as const;
  for (let at = 0; at < bytes.length; at++) {
    const flipped = bytes.slice();
    flipped[at] = (flipped[at] as number) ^ (1 << (at % 8));
    assert.throws(() => openHeader(keys, flipped, subject), VaultDamagedError, `byte ${at}`);
  }
  assert.throws(() => openHeader(strangers, bytes, subject), VaultDamagedError);
  assert.throws(() => openHeader(keys, bytes, { ...subject, kind: "point" }), VaultDamagedError);
  assert.throws(() => openHeader(keys, bytes.subarray(0, 100), subject), VaultDamagedError);
  const newer = bytes.slice();
  newer[SealedHeader.offsetOf("version")] = 2;
  newer.set(headerProof(keys, newer, FULL_KEY_WRITER) as Uint8Array, SealedHeader.offsetOf("proof"));
  assert.throws(() => openHeader(keys, newer, subject), VaultTooNewError);
});

test("sessions share no key, and the same session's headers share the envelope", () => {
  const entropy = new SeededEntropy(1);
  const [first, second] = [newSessionKeys(keys, entropy), newSessionKeys(keys, entropy)];
  assert.notDeepEqual(first.frameKey, second.frameKey);
  const [data, meta] = [CONTENT.dataPack, CONTENT.metaPack].map((content) =>
    SealedHeader.decode(envelopeHeader(keys, first, content)),
  );
  assert.deepEqual(data?.wrappedKey, meta?.wrappedKey);
  assert.notDeepEqual(data?.proof, meta?.proof);
});

for (const [name, seal, open] of [
  [
    "Point",
    sealPoint,
    (bytes: Uint8Array) => openPoint(bytes, "x", { keys, keyring: new SessionKeyring(keys) }),
  ],
  ["Segment", sealSegment, (bytes: Uint8Array) => openSegment(bytes, "x", keys)],
] as const) {
  test(`\`open${name}()\` gives back what was sealed, compressed or not, and finds every flipped bit and every cut`, () => {
    const entropy = new SeededEntropy(8);
    for (const plain of [new Uint8Array(0), new Uint8Array(5000), entropy.bytes(500)]) {
      const bytes = Buffer.concat(seal(plain, keys, entropy));
      assert.deepEqual(new Uint8Array(open(bytes)), plain);
      for (let at = 0; at < bytes.length; at++) {
        bytes[at] = (bytes[at] as number) ^ 4;
        assert.throws(() => open(bytes), VaultDamagedError, `byte ${at}`);
        bytes[at] = (bytes[at] as number) ^ 4;
      }
      assert.throws(() => open(bytes.subarray(0, bytes.length - 1)), VaultDamagedError);
      assert.throws(() => open(bytes.subarray(0, 180)), VaultDamagedError);
    }
  });
}
