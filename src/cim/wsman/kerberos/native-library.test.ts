import assert from "node:assert/strict";
import { test } from "node:test";
import { bindNativeLibrary } from "./native-library.ts";

test("`bindNativeLibrary()` says which library is not there, or lacks a function", async () => {
  await assert.rejects(
    bindNativeLibrary("libnobody-has-this.so.9", () => 0),
    {
      code: "kerberos-library-missing",
      library: "libnobody-has-this.so.9",
      message:
        'Cannot use Kerberos through "libnobody-has-this.so.9": this system has no such library, or it does not load',
    },
  );
  const system = process.platform === "win32" ? "kernel32.dll" : "libc.so.6";
  const bound = bindNativeLibrary(system, (_, library) => library.func("gss_not_there", "int", []));
  await assert.rejects(bound, { code: "kerberos-library-missing", library: system });
});
