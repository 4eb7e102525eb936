import assert from "node:assert/strict";
import { test } from "node:test";
import { HostFileError } from "./errors.ts";
import { fileRefusal } from "./file-refusal.ts";

function refusal(code: string): unknown {
  const failure = Object.assign(new Error(code), { code, syscall: "open" });
  const told = fileRefusal("open", "D:\\a.vhdx", failure);
  assert.ok(told instanceof HostFileError);
  return told.reason;
}

test("`fileRefusal()` knows what Windows says of a file that another program does not share, and of one without rights", () => {
  assert.deepEqual([refusal("EBUSY"), refusal("EPERM"), refusal("EACCES")], ["locked", "denied", "denied"]);
});

test("`fileRefusal()` takes a code that it does not know for a failure of the system, with that code and the path", () => {
  for (const code of ["UNKNOWN", "ENAMETOOLONG", "EIO"]) {
    const failure = Object.assign(new Error(code), { code, syscall: "open" });
    const told = fileRefusal("open", "D:\\a.vhdx", failure);
    assert.ok(told instanceof HostFileError);
    assert.deepEqual([told.reason, told.cause], ["failed", failure]);
    assert.match(told.message, new RegExp(`"D:\\\\a\\.vhdx": the system failed \\(${code}\\)`));
  }
});
