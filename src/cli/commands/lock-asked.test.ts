import assert from "node:assert/strict";
import { test } from "node:test";
import { UsageError } from "../../app/index.ts";
import { lockAsked } from "./lock-asked.ts";

const asked = (options: Record<string, string>): unknown => lockAsked({ argument: "", options });

test("`lockAsked()` takes days with or without a mode, and refuses what is no time", () => {
  assert.equal(asked({}), undefined);
  assert.deepEqual(asked({ lock: "30" }), { days: 30, mode: "compliance" });
  assert.deepEqual(asked({ lock: "3650", lockMode: "governance" }), { days: 3650, mode: "governance" });
  for (const lock of ["0", "3651", "-1", "1.5", "30d", ""]) {
    assert.throws(() => asked({ lock }), UsageError, lock);
  }
  assert.throws(() => asked({ lockMode: "governance" }), UsageError);
});
