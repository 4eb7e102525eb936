import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { bindNativeLibrary, lending } from "./native-library.ts";

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

test("`lending()` keeps bytes from being collected for as long as the call goes on, and no longer", async () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  const call = Promise.withResolvers<number>();
  const [waiting, bytes] = (() => {
    const lent = new Uint8Array(1_000_000);
    return [lending([lent], call.promise), new WeakRef(lent)] as const;
  })();
  await setImmediate(); // a WeakRef holds what it names until the turn is over
  collectGarbage();
  assert.equal(bytes.deref()?.length, 1_000_000);
  call.resolve(7);
  assert.equal(await waiting, 7);
  await setImmediate();
  collectGarbage();
  assert.equal(bytes.deref(), undefined);
});
