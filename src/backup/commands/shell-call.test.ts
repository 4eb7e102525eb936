import assert from "node:assert/strict";
import { test } from "node:test";
import { shellCall } from "./shell-call.ts";

test("`shellCall()` hands a line to /bin/sh as one argument", () => {
  assert.deepEqual(shellCall('echo "$A" && true', "sh"), {
    program: "/bin/sh",
    arguments: ["-c", 'echo "$A" && true'],
  });
});

test("`shellCall()` puts one pair of quotation marks around a line for cmd.exe, and quotes nothing inside", () => {
  const call = shellCall('"C:\\Program Files\\x.exe" "a b" & echo %STILLPOINT_RUN%', "cmd");
  assert.equal(call.verbatimArguments, true);
  assert.equal(
    [call.program, ...call.arguments].join(" "),
    'cmd.exe /d /s /c ""C:\\Program Files\\x.exe" "a b" & echo %STILLPOINT_RUN%"',
  );
});
