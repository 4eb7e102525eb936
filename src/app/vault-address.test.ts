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

  test("takes containers of Azure by account, host name, or an emulator on this machine", () => {
    const places = [
      ["azure://backups/vaults", { account: "backups", container: "vaults", prefix: "" }],
      ["azure://backups/vaults/team/a.b/", { account: "backups", container: "vaults", prefix: "team/a.b" }],
      [
        "azure://backups.blob.core.chinacloudapi.cn/vaults/x",
        { account: "backups.blob.core.chinacloudapi.cn", container: "vaults", prefix: "x" },
      ],
      [
        "azure+http://127.0.0.1:10000/devstoreaccount1/vaults/x",
        { account: "devstoreaccount1", container: "vaults", prefix: "x", emulator: "127.0.0.1:10000" },
      ],
    ] as const;
    for (const [text, place] of places) {
      assert.deepEqual(parseVaultAddress(text), { kind: "azure", place }, text);
      assert.equal(vaultLocation(parseVaultAddress(text)), text.replace(/\/$/, ""));
    }
    const wrong = [
      "azure://",
      "azure://backups",
      "azure://backups/",
      "azure://backups/a",
      "azure://Backups/vaults",
      "azure://backups/va--ults",
      "azure://backups/vaults//x",
      "azure://backups/vaults/../x",
      "azure://key@backups/vaults",
      "azure://backups/vaults?sv=2024&sig=SECRET",
      "azure+http://example.com/backups/vaults",
    ];
    for (const text of wrong) {
      assert.throws(
        () => parseVaultAddress(text),
        (error) => error instanceof AddressError && !/SECRET|key@/.test(error.message),
        text,
      );
    }
  });

  test("takes remotes of rclone's configuration, and none that is made up on the spot", () => {
    const places = [
      ["rclone:gdrive:backups/hv01", { remote: "gdrive", path: "backups/hv01" }],
      ["rclone:my nas:/pool/v/", { remote: "my nas", path: "/pool/v" }],
      ["rclone:here:", { remote: "here", path: "" }],
      ["rclone:here:/", { remote: "here", path: "/" }],
    ] as const;
    for (const [text, place] of places) {
      assert.deepEqual(parseVaultAddress(text), { kind: "rclone", place }, text);
    }
    assert.equal(vaultLocation(parseVaultAddress("rclone:gdrive:a/")), "rclone:gdrive:a");
    const wrong = [
      "rclone:",
      "rclone:gdrive",
      "rclone::local:/x",
      "rclone::s3,secret_access_key=SECRET:b",
      "rclone:-x:/y",
      "rclone:a:b/../c",
      "rclone:a:b\nc",
    ];
    for (const text of wrong) {
      assert.throws(
        () => parseVaultAddress(text),
        (error) => error instanceof AddressError && !error.message.includes("SECRET"),
        JSON.stringify(text),
      );
    }
  });

  test("takes shares by their UNC paths, and does not mistake them for addresses", () => {
    const folder = "\\\\nas\\backups\\hv01";
    assert.deepEqual(parseVaultAddress(folder), { kind: "local", folder });
    assert.deepEqual(parseVaultAddress("//nas/backups/hv01"), {
      kind: "local",
      folder: "//nas/backups/hv01",
    });
  });

  test("refuses keys in an address, and does not repeat them", () => {
    assert.throws(
      () => parseVaultAddress("s3://AKIA:secret@h/vaults/x"),
      (error) => error instanceof AddressError && !/AKIA|secret@/.test(error.message),
    );
  });

  test("refuses other schemes by name", () => {
    for (const text of ["gs://x/y", "https://h/b"]) {
      assert.throws(() => parseVaultAddress(text), AddressNotSupportedError, text);
    }
  });
});
