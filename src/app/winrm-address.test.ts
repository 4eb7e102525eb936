import assert from "node:assert/strict";
import { test } from "node:test";
import { AddressError } from "./errors.ts";
import { parseWinrmAddress, winrmHostKey } from "./winrm-address.ts";

test("`parseWinrmAddress()` takes the usual port of each protocol, or the one that is named", () => {
  assert.deepEqual(parseWinrmAddress("winrm://admin@hv01"), {
    kind: "winrm",
    protocol: "http:",
    user: "admin",
    domain: "",
    name: "hv01",
    port: 5985,
  });
  const secure = parseWinrmAddress("winrms://admin@HV01.corp.example");
  assert.deepEqual([secure.protocol, secure.name, secure.port], ["https:", "hv01.corp.example", 5986]);
  assert.equal(parseWinrmAddress("winrm://admin@hv01:15985/").port, 15_985);
});

test("`parseWinrmAddress()` reads domains before a backslash, users with their domain, and %XX", () => {
  const accounts = [
    ["CORP%5Cadmin", "admin", "CORP"],
    ["CORP\\admin", "admin", "CORP"],
    ["corp.example%5cadmin", "admin", "corp.example"],
    ["admin@corp.example", "admin@corp.example", ""],
    ["admin%40corp.example", "admin@corp.example", ""],
    [".%5Cadmin", "admin", ""],
    ["J%C3%BCrgen%20M", "Jürgen M", ""],
    ["Jürgen", "Jürgen", ""],
  ] as const;
  for (const [written, user, domain] of accounts) {
    const address = parseWinrmAddress(`winrm://${written}@hv01`);
    assert.deepEqual([address.user, address.domain, address.name], [user, domain, "hv01"], written);
  }
});

test("`parseWinrmAddress()` takes IPv6 in brackets and IPv4 as it is", () => {
  const six = parseWinrmAddress("winrm://admin@[FE80::1]:8080");
  assert.deepEqual([six.name, six.port], ["fe80::1", 8080]);
  assert.equal(parseWinrmAddress("winrms://admin@[::1]").port, 5986);
  assert.equal(parseWinrmAddress("winrm://admin@127.0.0.1").name, "127.0.0.1");
});

test("`parseWinrmAddress()` says that the user is missing", () => {
  for (const text of ["winrm://hv01", "winrm://@hv01", "winrms://hv01:5986"])
    assert.throws(() => parseWinrmAddress(text), /names no user/, text);
});

test("`parseWinrmAddress()` refuses what is no address", () => {
  const wrong = [
    "winrm://",
    "winrm://admin@",
    "winrm://admin@hv01:",
    "winrm://admin@hv01:0",
    "winrm://admin@hv01:65536",
    "winrm://admin@hv01:http",
    "winrm://admin@hv01/wsman",
    "winrm://admin@hv 01",
    "winrm://admin@fe80::1",
    "winrm://admin@[fe80]",
    "winrm://admin@[zz::1]",
    "winrm://%zz@hv01",
    "winrm://A%5CB%5Cc@hv01",
    "winrm://CORP%5C@hv01",
    "winrm://ad%0Amin@hv01",
  ];
  for (const text of wrong) assert.throws(() => parseWinrmAddress(text), AddressError, text);
});

test("`parseWinrmAddress()` refuses a password in the address, and does not repeat it", () => {
  for (const text of [
    "winrm://admin:Sentinel9@hv01",
    "winrms://a:Sentinel9@b@hv01:1",
    "winrm://Sentinel9@hv01:x",
    "winrm://admin%3aSentinel9@hv01",
    "winrm://admin:Sentinel9",
    "WINRM://admin:Sentinel9",
    "winrms://admin:1Sentinel9/",
  ]) {
    assert.throws(
      () => parseWinrmAddress(text),
      (error) => error instanceof AddressError && !error.message.includes("Sentinel9"),
      text,
    );
  }
});

test("`winrmHostKey()` is one for a host, however it is spelled, and another for a forwarded port", () => {
  const key = (text: string): string => winrmHostKey(parseWinrmAddress(text));
  assert.equal(key("winrm://admin@HV01"), "winrm:hv01");
  assert.equal(key("winrms://CORP%5Cother@hv01.:5986"), "winrm:hv01");
  assert.equal(key("winrm://admin@hv01:15985"), "winrm:hv01:15985");
  assert.notEqual(key("winrm://admin@hv01"), key("winrm://admin@hv02"));
});
