import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { guid, noEvents, StillpointError } from "../../base/index.ts";
import type { CimInstance, CimMethodResult, CimValue } from "../../cim/index.ts";
import { MachineBusyError, MachineUnreadableError } from "../errors.ts";
import { type HoldOptions, USUAL_PATIENCE } from "../held-machine.ts";
import { accessTo } from "../testing/access-to.ts";
import { hostRows, MemoryJournal, ROW_MACHINE, row, ScriptedSession } from "../testing/index.ts";
import { holdMachine } from "./hold-machine.ts";

const ID = guid(ROW_MACHINE);
const OPTIONS: HoldOptions = { events: noEvents, step: "s1", patience: USUAL_PATIENCE, run: "run-1" };
const CONTEXT = { options: OPTIONS, onHeld: () => undefined, onReleased: () => undefined };

function services(): Record<string, readonly CimInstance[]> {
  const names = ["Msvm_VirtualSystemSnapshotService", "Msvm_VirtualSystemManagementService"];
  return Object.fromEntries(names.map((name) => [name, [row(name, { Name: "vmms" }, ["Name"])]]));
}

const junk: fc.Arbitrary<CimValue> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer(),
  fc.string(),
  fc.constantFrom(0, 2, 4, 7, 10, 4096, 32_768),
  fc.constant([]),
  fc.constant({ kind: "instance", className: "X", properties: {} } as const),
  fc.constant({
    kind: "reference",
    namespace: "n",
    className: "Msvm_ConcreteJob",
    keys: { InstanceID: "j" },
  } as const),
);

test("`holdMachine()` against a host that answers its calls with nonsense fails with a typed error and leaves no entry in the journal", async () => {
  await fc.assert(
    fc.asyncProperty(junk, junk, junk, junk, async (returnValue, job, state, code) => {
      await using session = new ScriptedSession({ rows: { ...hostRows(services()), Msvm_ConcreteJob: [] } });
      session.invoke = async () => ({ returnValue, out: { Job: job } }) as CimMethodResult;
      session.promiseJob("j", [
        row("Msvm_ConcreteJob", { InstanceID: "j", JobState: state, ErrorCode: code }),
      ]);
      const journal = new MemoryJournal();
      await assert.rejects(holdMachine(accessTo(session, { journal }), ID, CONTEXT), StillpointError);
      assert.deepEqual(journal.entries, [], "nothing stands on the host, yet the journal says so");
    }),
    { numRuns: 60 },
  );
});

test("`holdMachine()` waits for a machine whose state makes no sense, and then says that it does not", async () => {
  await using session = new ScriptedSession({ rows: hostRows({}, { EnabledState: 77 }) });
  await assert.rejects(holdMachine(accessTo(session), ID, CONTEXT), (error) => {
    assert.ok(error instanceof MachineUnreadableError);
    assert.match(error.message, /after 5 attempts.*its EnabledState is 77/);
    return true;
  });
});

test("`holdMachine()` doubles its waiting up to the longest delay", async () => {
  const rows = hostRows({}, { OperationalStatus: [11, 32_774] });
  await using session = new ScriptedSession({ rows });
  const patience = { attempts: 8, firstDelayMs: 30_000, longestDelayMs: 480_000 };
  const access = accessTo(session);
  await assert.rejects(
    holdMachine(access, ID, { ...CONTEXT, options: { ...OPTIONS, patience } }),
    (error) => error instanceof MachineBusyError && error.attempts === 8,
  );
  assert.equal(access.clock.monotonicMs(), 30_000 + 60_000 + 120_000 + 240_000 + 3 * 480_000);
});
