import assert from "node:assert/strict";
import { test } from "node:test";
import { AddressError, UsageError } from "../../app/index.ts";
import { Secret } from "../../base/index.ts";
import type { CommandSurface } from "../command.ts";
import { hostRequest } from "./host-request.ts";

/** A surface that only hands out secrets, and keeps what it was asked for. */
function surface(): {
  readonly surface: CommandSurface;
  readonly asked: Parameters<CommandSurface["secret"]>[0][];
} {
  const asked: Parameters<CommandSurface["secret"]>[0][] = [];
  const secret: CommandSurface["secret"] = async (source) => {
    asked.push(source);
    return new Secret("given");
  };
  return { asked, surface: { secret } as CommandSurface };
}

async function requestOf(options: Readonly<Record<string, string>>): Promise<{
  readonly request: Awaited<ReturnType<typeof hostRequest>>;
  readonly asked: ReturnType<typeof surface>["asked"];
}> {
  const there = surface();
  return { request: await hostRequest({ argument: "", options }, there.surface), asked: there.asked };
}

test("`hostRequest()` asks for a password only where somebody signs in", async () => {
  for (const host of ["sim:/lab", "folder:/exports", "local"]) {
    const { request, asked } = await requestOf({ host });
    assert.equal(request.hostPassword, undefined);
    assert.deepEqual(asked, []);
  }
  const { request, asked } = await requestOf({ host: "winrm://admin@hv01", hostPasswordFile: "secret.txt" });
  assert.equal(request.hostPassword?.reveal(), "given");
  const [source] = asked;
  assert.deepEqual([source?.file, source?.variable], ["secret.txt", "STILLPOINT_HOST_PASSWORD"]);
  assert.match(source?.prompt ?? "", /winrm:\/\/admin@hv01/);
});

test("`hostRequest()` asks nobody when Kerberos may have a ticket, and takes a password that is there", async () => {
  const host = "winrm://admin@hv01";
  assert.deepEqual((await requestOf({ host, hostAuth: "kerberos" })).asked, []);
  assert.equal((await requestOf({ host, hostAuth: "kerberos", hostPasswordFile: "x" })).asked.length, 1);
});

test("`hostRequest()` refuses a password for a host without accounts, and an address that is none", async () => {
  await assert.rejects(requestOf({ host: "sim:/lab", hostPasswordFile: "x" }), UsageError);
  await assert.rejects(requestOf({ host: "winrm://hv01" }), AddressError);
});
