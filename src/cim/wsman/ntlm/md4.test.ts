import assert from "node:assert/strict";
import { test } from "node:test";
import { hexFromBytes } from "../../../base/index.ts";
import { md4 } from "./md4.ts";

test("`md4()` gives the digests of RFC 1320 A.5", () => {
  const suite: readonly (readonly [string, string])[] = [
    ["", "31d6cfe0d16ae931b73c59d7e0c089c0"],
    ["a", "bde52cb31de33e46245e05fbdbd6fb24"],
    ["abc", "a448017aaf21d8525fc10ae87aa6729d"],
    ["message digest", "d9130a8164549fe818874806e1c7014b"],
    ["abcdefghijklmnopqrstuvwxyz", "d79e1c308aa5bbcdeea8ed63df412da9"],
    ["ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "043f8582f241db351ce627e153e7f0e4"],
    [
      "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
      "e33b4ddc9c38f2199c3e7b164fcc0536",
    ],
  ];
  for (const [text, digest] of suite) assert.equal(hexFromBytes(md4(Buffer.from(text))), digest, text);
});

test("`md4()` pads at the borders of a block", () => {
  // head -c LENGTH /dev/zero | openssl dgst -provider legacy -provider default -md4
  const digests: readonly (readonly [number, string])[] = [
    [55, "2df5a83f688f18c0866c64173be82a8f"],
    [56, "7b9b4593cd9322ea492cf0bcdd84f0ae"],
    [64, "2f6f7b10c5cadca6d5770f428c899ba7"],
    [119, "8bf9d82d3cd1246ab64363d6da010259"],
  ];
  for (const [length, digest] of digests) assert.equal(hexFromBytes(md4(new Uint8Array(length))), digest);
});
