import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHostAddress } from "./addresses.ts";
import { AddressError } from "./errors.ts";

test("`parseHostAddress()` takes simulated hosts and folders, drive letters and colons included", () => {
  assert.deepEqual(parseHostAddress("sim:/lab/hv01"), { kind: "sim", folder: "/lab/hv01" });
  assert.deepEqual(parseHostAddress("folder:D:\\exports"), { kind: "folder", folder: "D:\\exports" });
});

test("`parseHostAddress()` takes this machine and hosts over WinRM, and refuses anything else", () => {
  assert.deepEqual(parseHostAddress("local"), { kind: "local" });
  assert.equal(parseHostAddress("winrm://admin@hv01").kind, "winrm");
  assert.equal(parseHostAddress("winrms://admin@hv01").kind, "winrm");
  for (const text of ["", "sim:", "hv01", "LOCAL", "winrm:hv01", "winrms://hv01:5986", "http://hv01"])
    assert.throws(() => parseHostAddress(text), AddressError, text);
});
