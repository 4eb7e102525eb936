import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../base/testing/index.ts";
import { PLAIN } from "./paint.ts";
import { ProgressView } from "./progress-view.ts";

test("`ProgressView` writes the first two levels of steps, warnings with their code, and no bar without a terminal", () => {
  const out: string[] = [];
  const clock = new FakeClock();
  using view = new ProgressView({
    out: (t) => out.push(t),
    error: () => undefined,
    terminal: undefined,
    paint: PLAIN,
    clock,
  });
  view.events({ type: "step-started", step: "1", name: "Backup" });
  view.events({
    type: "step-started",
    step: "2",
    parent: "1",
    name: "Machine",
    subject: "web01",
    totalBytes: 100,
  });
  view.events({ type: "step-started", step: "3", parent: "2", name: "File", subject: "a.vhdx" });
  clock.advance(5000);
  view.events({ type: "step-progress", step: "2", doneBytes: 50 });
  view.events({ type: "step-warning", step: "2", notice: { code: "x-y", message: "Something" } });
  view.events({ type: "step-ended", step: "2", outcome: "done" });
  assert.deepEqual(out, ["Backup\n", "  Machine web01\n", "    warning Something [x-y]\n"]);
});
