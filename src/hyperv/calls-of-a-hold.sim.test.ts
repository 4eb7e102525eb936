import assert from "node:assert/strict";
import { test } from "node:test";
import type { CimSession } from "../cim/index.ts";
import { Scene } from "../simulator/testing/index.ts";
import { MemoryJournal } from "./testing/index.ts";
import { holdOptions, hostOf, MACHINE } from "./testing/scene-host.ts";

/** Classes of which there is one instance, or that name no machine. */
const READ_WHOLE = /^SELECT \* FROM (Win32_\w+|Msvm_DiskDrive|Msvm_MostCurrentSnapshotInBranch|\w+Service)$/;

/** The session, with what was asked. */
function counted(session: CimSession, asked: string[]): CimSession {
  return {
    query: (namespace, wql, options) => {
      asked.push(wql);
      return session.query(namespace, wql, options);
    },
    get: async (reference, options) => {
      asked.push(`get ${reference.className}`);
      return await session.get(reference, options);
    },
    associators: (reference, options) => {
      asked.push(`associators ${reference.className}`);
      return session.associators(reference, options);
    },
    invoke: async (reference, method, input) => {
      asked.push(`invoke ${method}`);
      return await session.invoke(reference, method, input);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

test("a hold, its confirmation and its release ask for one machine only, and keep to the calls that the README states", async () => {
  await using scene = await Scene.open({
    host: { os: { caption: "Windows Server 2022", version: "10.0.20348", productType: 3 } },
  });
  const asked: string[] = [];
  const host = await hostOf(scene, new MemoryJournal(), counted(scene.session, asked));
  const counts: Record<string, number> = {};
  const act = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    asked.length = 0;
    const result = await work();
    counts[name] = asked.filter((call) => call !== "get Msvm_ConcreteJob").length;
    const whole = asked.filter((call) => call.startsWith("SELECT") && !call.includes(" WHERE "));
    assert.deepEqual(
      whole.filter((call) => !READ_WHOLE.test(call)),
      [],
      name,
    );
    return result;
  };
  const held = await act("hold", async () => await host.hold(MACHINE, holdOptions()));
  await act("confirm", async () => {
    await held.confirmUnchanged();
  });
  await act("release", async () => await held.release());
  const stated = { hold: 26, confirm: 6, release: 18 };
  for (const [name, most] of Object.entries(stated))
    assert.ok((counts[name] ?? 0) <= most, `${name}: ${counts[name]} calls, stated are ${most}`);
});
