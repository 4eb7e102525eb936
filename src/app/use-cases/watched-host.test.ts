import assert from "node:assert/strict";
import { test } from "node:test";
import { guid, noEvents } from "../../base/index.ts";
import { type HeldMachine, type HoldOptions, type MachineHost, USUAL_PATIENCE } from "../../hyperv/index.ts";
import { watchedHost } from "./watched-host.ts";

const MACHINE = guid("7b1f0d6e-3c50-4b0c-9c67-0f5e1d2a3b01");
const HOLD: HoldOptions = { events: noEvents, step: "s", patience: USUAL_PATIENCE, run: "r" };

/** A host that only holds, and says in `said` what happened to the machine. */
function hostThatSays(said: string[]): MachineHost {
  const held = {
    machine: { id: MACHINE, name: "web01" },
    [Symbol.asyncDispose]: async () => void said.push("released"),
  } as unknown as HeldMachine;
  return {
    hold: async () => {
      said.push("held");
      return held;
    },
    machines: async () => [],
    [Symbol.asyncDispose]: async () => void said.push("closed"),
  } as unknown as MachineHost;
}

test("`watchedHost()` calls between hold and everything after it", async () => {
  const said: string[] = [];
  const host = watchedHost(hostThatSays(said), async ({ machine }) => void said.push(machine.name));
  const held = await host.hold(MACHINE, HOLD);
  said.push("given");
  await held[Symbol.asyncDispose]();
  await host[Symbol.asyncDispose]();
  assert.deepEqual(said, ["held", "web01", "given", "released", "closed"]);
});

test("`watchedHost()` releases the machine when the watcher fails", async () => {
  const said: string[] = [];
  const failure = new TypeError("the watcher fails");
  const host = watchedHost(hostThatSays(said), async () => await Promise.reject(failure));
  await assert.rejects(host.hold(MACHINE, HOLD), failure);
  assert.deepEqual(said, ["held", "released"]);
});

test("`watchedHost()` without a watcher is the host itself", () => {
  const host = hostThatSays([]);
  assert.equal(watchedHost(host, undefined), host);
});
