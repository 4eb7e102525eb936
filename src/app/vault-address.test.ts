import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AddressError, AddressNotSupportedError } from "./errors.ts";
import { parseVaultAddress, vaultLocation } from "./vault-address.ts";

describe("parseVaultAddress()", () => {
  test("takes paths, Windows drives among them", () => {
    assert.deepEqual(parseVaultAddress("/backup/v"), { kind: "local", folder: "/backup/v" });
    assert.deepEqual(parseVaultAddress("E:\\vault"), { kind: "local", folder: "E:\\vault" });
    assert.equal(vaultLocation(parseVaultAddress("vault")), "vault");
  });

  test("takes buckets, with and without prefix, port and region", () => {
    const places = [
      ["s3://s3.example.com/vaults", { endpoint: "s3.example.com", bucket: "vaults", prefix: "" }],
      ["s3://h:9000/v4ults/team/a.b/", { endpoint: "h:9000", bucket: "v4ults", prefix: "team/a.b" }],
      [
        "s3://s3.eu-central-1.amazonaws.com/vaults/x?region=eu-central-1",
        {
          endpoint: "s3.eu-central-1.amazonaws.com",
          bucket: "vaults",
          prefix: "x",
          region: "eu-central-1",
        },
      ],
      [
        "s3+http://127.0.0.1:7480/vaults/x",
        { endpoint: "127.0.0.1:7480", bucket: "vaults", prefix: "x", plain: true },
      ],
      ["S3+HTTP://[::1]:80/vaults", { endpoint: "[::1]:80", bucket: "vaults", prefix: "", plain: true }],
    ] as const;
    for (const [text, place] of places)
      assert.deepEqual(parseVaultAddress(text), { kind: "s3", place }, text);
    assert.equal(vaultLocation(parseVaultAddress("s3://h/vaults/x/?region=r")), "s3://h/vaults/x");
  });

  test("refuses what is no bucket, what leads elsewhere, and what is sent in the clear", () => {
    const wrong = [
      "",
      "s3://",
      "s3://h",
      "s3://h/",
      "s3:///bucket",
      "s3://h//x",
      "s3://h/b",
      "s3://h/vaults//x",
      "s3://h/vaults/../x",
      "s3://h/vaults/.x",
      "s3://h/vaults/a b",
      "s3://h/vaults/x?region=",
      "s3://h/vaults/x?key=secret",
      "s3://h/vaults/x#y",
      `s3://h/vaults/${"x".repeat(513)}`,
      "s3+http://s3.example.com/vaults/x",
      "s3+http://127.0.0.1.example.com/vaults/x",
    ];
    for (const text of wrong) assert.throws(() => parseVaultAddress(text), AddressError, text);
  });

  test("takes folders over SFTP, with the host key that is trusted", () => {
    const hostKey = `SHA256:${"a+/9".repeat(10)}abc`;
    assert.deepEqual(parseVaultAddress(`sftp://backup@nas.example.com/pool/v/?host-key=${hostKey}`), {
      kind: "sftp",
      place: { user: "backup", host: "nas.example.com", port: 22, path: "/pool/v", hostKey },
    });
    const six = parseVaultAddress(`sftp://backup@[::1]:2222/pool/a b?host-key=${hostKey}`);
    assert.equal(six.kind === "sftp" && six.place.host, "::1");
    assert.equal(
      vaultLocation(parseVaultAddress(`sftp://b@h:2222/v?host-key=${hostKey}`)),
      "sftp://b@h:2222/v",
    );
    const wrong = [
      "sftp://u@h/x",
      "sftp://u@h/x?host-key=SHA256:short",
      `sftp://h/x?host-key=${hostKey}`,
      `sftp://u:pw@h/x?host-key=${hostKey}`,
      `sftp://u@h/?host-key=${hostKey}`,
      `sftp://u@h?host-key=${hostKey}`,
      `sftp://u@h/x/../y?host-key=${hostKey}`,
      `sftp://u@h//x?host-key=${hostKey}`,
    ];
    for (const text of wrong) {
      assert.throws(
        () => parseVaultAddress(text),
        (error) => error instanceof AddressError && !error.message.includes("pw"),
        text,
      );
    }
  });

  test("refuses keys in an address, and does not repeat them", () => {
    assert.throws(
      () => parseVaultAddress("s3://AKIA:secret@h/vaults/x"),
      (error) => error instanceof AddressError && !/AKIA|secret@/.test(error.message),
    );
  });

  test("refuses other schemes by name", () => {
    for (const text of ["azure://x/y", "https://h/b"]) {
      assert.throws(() => parseVaultAddress(text), AddressNotSupportedError, text);
    }
  });
});
